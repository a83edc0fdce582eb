/* sqlite DATABASE: runs the SQL from standard input in Debian's SQLite, and prints rows as its
 * shell does. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

static int print_row(void *context, int count, char **values, char **names)
{
	(void)context;
	(void)names;
	for (int i = 0; i < count; i++)
		printf("%s%s", i > 0 ? "|" : "", values[i] != NULL ? values[i] : "");
	putchar('\n');
	return 0;
}

int main(int argc, char **argv)
{
	static char text[1 << 20];
	sqlite3 *db;
	char *why = NULL;
	int status;

	if (argc != 2 || sqlite3_open(argv[1], &db) != SQLITE_OK)
		return 2;
	text[fread(text, 1, sizeof(text) - 1, stdin)] = '\0';
	status = sqlite3_exec(db, text, print_row, NULL, &why);
	if (why != NULL)
		fprintf(stderr, "%s\n", why);
	sqlite3_close(db);
	return status != SQLITE_OK;
}
