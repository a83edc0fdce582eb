/* exit STATUS: ends with that status. */
#include "libc/libc.h"

int main(int argc, char **argv)
{
	return argc == 2 ? (int)parse_number(argv[1]) : 0;
}
