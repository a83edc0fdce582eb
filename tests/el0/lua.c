/* lua FILE [ARG...]: runs a script in Debian's Lua library. */
#include <lua5.4/lauxlib.h>
#include <lua5.4/lua.h>
#include <lua5.4/lualib.h>

#include <stdio.h>

int main(int argc, char **argv)
{
	lua_State *state = luaL_newstate();
	int status;

	if (argc < 2 || state == NULL)
		return 2;
	luaL_openlibs(state);
	lua_newtable(state);
	for (int i = 1; i < argc; i++) {
		lua_pushstring(state, argv[i]);
		lua_rawseti(state, -2, i - 1);
	}
	lua_setglobal(state, "arg");
	status = luaL_dofile(state, argv[1]);
	if (status != LUA_OK)
		fprintf(stderr, "%s\n", lua_tostring(state, -1));
	lua_close(state);
	return status != LUA_OK;
}
