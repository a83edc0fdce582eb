/*
 * touch [IPA...]: touches pages spread over the whole VA range and, through /dev/mem, the page that
 * holds each IPA.
 *
 * Each page of the range gets its own pattern and is read back when all have been written, so two
 * addresses that end in one page are noticed. Each IPA is mapped twice: what is written through one
 * mapping must be read through the other, and all is read again at the end. What the pages under
 * the IPAs held is put back.
 */
#include "libc/libc.h"

enum { IPA_MAX = 64 };

struct page_at_ipa {
	uint64_t ipa;
	volatile uint64_t *one, *other;
	uint64_t held;
};

static uint64_t pattern(uint64_t address)
{
	return (address ^ address >> 29) * 0x9e3779b97f4a7c15 + 1;
}

/* The stack lies at the top of the range, so the highest bit of a stack address tells its size. */
static unsigned va_bits(void)
{
	return 64 - (unsigned)__builtin_clzl((uintptr_t)__builtin_frame_address(0));
}

static volatile uint64_t *map_anonymous(uintptr_t va)
{
	void *p = mmap((void *)va, page_size(), PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (p != (void *)va)
		die("touch: va 0x%lx cannot be mapped (error %ld)", va, -(long)p);
	return p;
}

static void touch_va_range(void)
{
	unsigned bits = va_bits();
	uintptr_t top = (uintptr_t)1 << (bits - 1), page = page_size();
	uintptr_t va[] = {page, top >> 1,         top - page,
			  top,  top + (top >> 1), top + (top >> 2) + (top >> 4) + page};
	size_t count = sizeof(va) / sizeof(va[0]);

	for (size_t i = 0; i < count; i++)
		*map_anonymous(va[i]) = pattern(va[i]);
	for (size_t i = 0; i < count; i++)
		if (*(volatile uint64_t *)va[i] != pattern(va[i]))
			die("touch: va 0x%lx holds another page's pattern", va[i]);
	printf("va %u bits: %zu pages\n", bits, count);
}

static volatile uint64_t *map_ipa(int fd, uint64_t ipa)
{
	uint64_t mask = page_size() - 1;
	char *p = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		       (off_t)(ipa & ~mask));

	if (mmap_failed(p))
		die("touch: ipa 0x%lx cannot be mapped (error %ld)", ipa, -(long)p);
	return (volatile uint64_t *)(p + (ipa & mask & ~UINT64_C(7)));
}

static struct page_at_ipa touch_ipa(int fd, uint64_t ipa)
{
	struct page_at_ipa p = {.ipa = ipa, .one = map_ipa(fd, ipa), .other = map_ipa(fd, ipa)};

	p.held = *p.one;
	*p.other = ~pattern(ipa);
	if (*p.one != ~pattern(ipa))
		die("touch: ipa 0x%lx: the first mapping reads 0x%lx", ipa, *p.one);
	*p.one = pattern(ipa);
	if (*p.other != pattern(ipa))
		die("touch: ipa 0x%lx: the second mapping reads 0x%lx", ipa, *p.other);
	return p;
}

int main(int argc, char **argv)
{
	struct page_at_ipa pages[IPA_MAX];
	int fd = argc > 1 ? open("/dev/mem", O_RDWR) : 0;

	if (argc > IPA_MAX)
		die("touch: at most %d addresses", IPA_MAX - 1);
	if (fd < 0)
		die("touch: /dev/mem cannot be opened (error %d)", -fd);
	touch_va_range();
	for (int i = 1; i < argc; i++)
		pages[i] = touch_ipa(fd, parse_number(argv[i]));
	for (int i = 1; i < argc; i++) {
		if (*pages[i].other != pattern(pages[i].ipa))
			die("touch: ipa 0x%lx holds another page's pattern", pages[i].ipa);
		*pages[i].one = pages[i].held;
	}
	printf("ipa: %d pages\n", argc - 1);
	return 0;
}
