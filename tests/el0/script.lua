-- Words of a file and their counts, an own sort, floats, strings, closures, errors: what an interpreter is made of.
local counts, total = {}, 0
for line in io.lines(arg[1]) do
	for word in line:gmatch("%a+") do
		counts[word] = (counts[word] or 0) + 1
		total = total + 1
	end
end
local words = {}
for word in pairs(counts) do words[#words + 1] = word end
table.sort(words, function(a, b)
	if counts[a] ~= counts[b] then return counts[a] > counts[b] end
	return a < b
end)
print(total, #words)
for i = 1, 20 do print(words[i], counts[words[i]]) end
local sum = 0.0
for i = 1, 200000 do sum = sum + (i % 2 == 0 and -1 or 1) / (2 * i - 1) end
print(string.format("%.17g %a", 4 * sum, 4 * sum))
print(2^53, 7 // 2, -7 // 2, -7 % 3, 7.5 // 2, 1 / 0, -1 / 0, math.tointeger(3.0), 1e15, 2^63, math.maxinteger // -1)
local function fibonacci(n) return n < 2 and n or fibonacci(n - 1) + fibonacci(n - 2) end
print(fibonacci(22), select("#", table.unpack({}, 1, 50)))
print(pcall(error, { 1 }), pcall(function() return nil + 1 end))
print(("x"):rep(3, "-"), ("%5.2f|%-8s|%x"):format(2.5, "a", 255), #string.pack("<i4d", 7, 0.5), utf8.char(228, 8364))
print(coroutine.wrap(function(a) local b = coroutine.yield(a * 2) return b end)(21))
