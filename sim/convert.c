/* `nestwalk convert IN OUT`: a trace from one format or compression to another. */
#include "sim.h"
#include "trace.h"

#include <stdlib.h>
#include <string.h>

struct convert_options {
	const char *format;
	const char *path[2];
	int paths;
	bool help;
};

static bool read_arguments(struct convert_options *options, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			options->help = true;
			return true;
		}
		if (strncmp(argv[i], "--format=", 9) == 0) {
			options->format = argv[i] + 9;
		} else if (strcmp(argv[i], "--format") == 0 && i + 1 < argc) {
			options->format = argv[++i];
		} else if (argv[i][0] == '-' && argv[i][1]) {
			diag("%s: unknown option, see: nestwalk convert --help", argv[i]);
			return false;
		} else if (options->paths < 2) {
			options->path[options->paths++] = argv[i];
		} else {
			diag("%s, expected: nestwalk convert [--format NAME] IN OUT", argv[i]);
			return false;
		}
	}
	if (options->paths < 2) {
		diag("too few arguments, expected: nestwalk convert [--format NAME] IN OUT");
		return false;
	}
	if (options->format && !trace_format_known(options->format)) {
		diag("--format %s: no such trace format, `nestwalk formats` lists them",
		     options->format);
		return false;
	}
	return true;
}

/* All records from reader to writer. False after a diag(). */
static bool copy(struct trace_reader *reader, struct trace_writer *writer)
{
	const struct trace_record *records;
	long count;

	while ((count = trace_next(reader, &records)) > 0) {
		if (!trace_write(writer, records, (size_t)count))
			return true; /* trace_finish tells */
	}
	if (count < 0)
		diag("%s", trace_error(reader));
	return count == 0;
}

static int convert(const struct convert_options *options)
{
	char error[TRACE_ERROR] = "";
	struct trace_reader *reader = trace_open(options->path[0], options->format, error);
	struct trace_writer *writer = reader ? trace_create(options->path[1], error) : NULL;
	bool good = false;

	if (!writer) {
		diag("%s", error);
	} else {
		good = copy(reader, writer);
		if (!trace_finish(writer, good, error) && good) {
			diag("%s", error);
			good = false;
		}
	}
	trace_close(reader);
	return good ? SIM_OK : SIM_BAD_INPUT;
}

int command_convert(int argc, char **argv)
{
	struct convert_options options = {0};

	if (!read_arguments(&options, argc, argv))
		return SIM_BAD_INPUT;
	if (options.help) {
		printf("usage: nestwalk convert [--format NAME] IN OUT\n"
		       "  --format NAME  of IN (by content, then by suffix)\n"
		       "  OUT            its suffix says format and compression: .nwt or .lackey, "
		       "then\n"
		       "                 nothing, .gz, .xz, .zst or .bz2\n");
		return SIM_OK;
	}
	return convert(&options);
}

int command_formats(int argc, char **argv)
{
	const char *name, *about;

	if (argc > 1 && strcmp(argv[1], "--help") && strcmp(argv[1], "-h")) {
		diag("%s, expected: nestwalk formats", argv[1]);
		return SIM_BAD_INPUT;
	}
	for (size_t i = 0; (name = trace_format_name(i, &about)); i++)
		printf("%-8s %s\n", name, about);
	printf("each also compressed with gzip, xz, zstd or bzip2, which its content tells\n");
	return SIM_OK;
}
