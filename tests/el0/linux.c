/*
 * linux [what]: asks the system for what programs ask for, and prints the answers, none of which
 * depends on the machine: the same program, compiled for the host, prints what Linux says.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The answer, and the reason where it is a refusal. */
static void tell(const char *what, long answer)
{
	printf("%s: %ld%s%s\n", what, answer, answer == -1 ? " " : "",
	       answer == -1 ? strerrorname_np(errno) : "");
}
#define TELL(call) tell(#call, (long)(call))

/* ------------------------------------------------------------------ files */

static void ask_about_bytes(void)
{
	char text[64] = {0};
	struct iovec parts[2] = {{text, 3}, {text + 8, 5}};
	struct stat st;
	int fd, twin;

	TELL(fd = open("new", O_RDWR | O_CREAT | O_EXCL, 0640));
	TELL(open("new", O_RDWR | O_CREAT | O_EXCL, 0640));
	TELL(open("none", O_RDWR));
	TELL(open(".", O_WRONLY));
	TELL(open("new", O_RDONLY | O_DIRECTORY));
	TELL(open("", O_RDONLY));
	TELL(write(fd, "0123456789", 10));
	TELL(pwrite(fd, "abc", 3, 4));
	TELL(lseek(fd, 0, SEEK_CUR));
	TELL(lseek(fd, -4, SEEK_END));
	TELL(twin = dup(fd));
	TELL(read(twin, text, 2));
	TELL(lseek(fd, 0, SEEK_CUR));
	TELL(pread(fd, text, 64, 2));
	puts(text);
	TELL(lseek(fd, 1, SEEK_SET));
	TELL(readv(fd, parts, 2));
	puts(text + 8);
	TELL(ftruncate(fd, 5));
	TELL(ftruncate(fd, 7000));
	TELL(fstat(fd, &st));
	TELL(st.st_size);
	TELL(st.st_mode);
	TELL(pread(fd, text, 4, 6998));
	TELL(close(fd));
	TELL(read(fd, text, 1));
	TELL(fcntl(twin, F_DUPFD, 40));
	TELL(fcntl(40, F_GETFD));
	TELL(fcntl(40, F_SETFD, FD_CLOEXEC));
	TELL(fcntl(40, F_GETFD));
	TELL(fcntl(40, F_GETFL) & O_ACCMODE);
	TELL(dup2(twin, 41));
	TELL(dup2(41, 41));
	TELL(dup2(99, 41));
	TELL(isatty(41));
	TELL(fsync(41));
	TELL(close(twin) + close(40) + close(41));
	TELL(fd = open("new", O_WRONLY | O_APPEND));
	TELL(write(fd, "end", 3));
	TELL(lseek(fd, 0, SEEK_CUR));
	TELL(read(fd, text, 1));
	TELL(close(fd));
}

static void ask_about_pipes(void)
{
	char text[32] = {0};
	struct stat st;
	int ends[2];

	TELL(pipe(ends));
	TELL(fstat(ends[0], &st));
	TELL(S_ISFIFO(st.st_mode));
	TELL(write(ends[1], "through", 7));
	TELL(lseek(ends[0], 0, SEEK_CUR));
	TELL(read(ends[0], text, 3));
	TELL(write(ends[1], " a pipe", 7));
	TELL(read(ends[0], text + 3, 20));
	puts(text);
	TELL(write(ends[0], "x", 1));
	TELL(read(ends[1], text, 1));
	TELL(dup2(ends[1], 50));
	TELL(close(ends[1]));
	TELL(write(50, "!", 1));
	TELL(close(50));
	TELL(read(ends[0], text, 9));
	TELL(read(ends[0], text, 9));
	TELL(close(ends[0]));
	signal(SIGPIPE, SIG_IGN);
	TELL(pipe(ends));
	TELL(close(ends[0]));
	TELL(write(ends[1], "x", 1));
	TELL(close(ends[1]));
	signal(SIGPIPE, SIG_DFL);
}

static void list(const char *path)
{
	struct dirent **names;
	int count = scandir(path, &names, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		printf(" %s%s", names[i]->d_name, names[i]->d_type == DT_DIR ? "/" : "");
		free(names[i]);
	}
	printf(" (%d)\n", count);
	if (count >= 0)
		free(names);
}

static void ask_about_names(void)
{
	struct timespec times[2] = {{1000, 7}, {1234567890, 123456789}};
	char text[256];
	struct statx stx;
	struct stat st;
	int fd;

	TELL(mkdir("d", 0755));
	TELL(mkdir("d", 0755));
	TELL(mkdir("d/e", 0700));
	TELL(rename("new", "d/e/moved"));
	TELL(renameat2(AT_FDCWD, "d/e/moved", AT_FDCWD, "d", RENAME_NOREPLACE));
	TELL(link("d/e/moved", "d/twin"));
	TELL(stat("d/twin", &st));
	TELL(st.st_nlink);
	TELL(symlink("e/moved", "d/soft"));
	TELL(readlink("d/soft", text, sizeof(text)));
	TELL(readlink("d/twin", text, sizeof(text)));
	TELL(lstat("d/soft", &st));
	TELL(S_ISLNK(st.st_mode));
	list("d");
	TELL(rmdir("d/e"));
	TELL(unlink("d"));
	TELL(access("d/twin", R_OK | W_OK));
	TELL(access("d/none", F_OK));
	TELL(chmod("d/twin", 0421));
	TELL(stat("d/e/moved", &st));
	TELL(st.st_mode);
	TELL(utimensat(AT_FDCWD, "d/twin", times, 0));
	TELL(statx(AT_FDCWD, "d/twin", 0, STATX_BASIC_STATS, &stx));
	TELL(stx.stx_mtime.tv_sec);
	TELL(stx.stx_mtime.tv_nsec);
	TELL(stx.stx_size);
	TELL(fd = open("d", O_RDONLY | O_DIRECTORY));
	TELL(openat(fd, "none", O_RDONLY));
	TELL(faccessat(fd, "e/moved", F_OK, 0));
	TELL(fstatat(fd, "", &st, AT_EMPTY_PATH));
	TELL(S_ISDIR(st.st_mode));
	TELL(read(fd, text, 1));
	TELL(fchdir(fd));
	puts(strrchr(getcwd(text, sizeof(text)), '/'));
	TELL(chdir("e"));
	puts(strrchr(getcwd(text, sizeof(text)), '/'));
	list("..");
	TELL(chdir("moved"));
	TELL(chdir("../.."));
	TELL(unlinkat(fd, "soft", 0));
	TELL(unlinkat(fd, "twin", 0));
	TELL(unlinkat(fd, "e/moved", 0));
	TELL(unlinkat(fd, "e", AT_REMOVEDIR));
	TELL(close(fd));
	TELL(rmdir("d"));
	TELL(umask(077));
	TELL(umask(022));
}

/* ------------------------------------------------------------------ memory */

static sigjmp_buf back;

static void jump_back(int number, siginfo_t *info, void *context)
{
	(void)context;
	siglongjmp(back, number * 16 + info->si_code);
}

static void handle(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};

	sigaction(number, &action, NULL);
}

/* What comes of a load or a store: 0, or signal and code. */
static long touch(volatile char *at, int write)
{
	int came = sigsetjmp(back, 1);

	if (came != 0)
		return came;
	if (write)
		*at = 1;
	else
		(void)*at;
	return 0;
}

static void ask_about_memory(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = 64 * page;
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *q;
	uint64_t *numbers = malloc(100000 * sizeof(*numbers)), sum = 0;
	int fd = open("text", O_RDONLY);

	handle(SIGSEGV, jump_back, 0);
	for (size_t i = 0; i < bytes; i += page)
		p[i] = (char)(i / page);
	q = mremap(p, bytes, 4 * bytes, MREMAP_MAYMOVE);
	TELL(q != MAP_FAILED);
	TELL(q[63 * page] + q[200 * page]);
	TELL(mremap(q, 4 * bytes, 2 * page, 0) == q);
	TELL(touch(q + page, 1));
	TELL(touch(q + 2 * page, 0));
	TELL(mprotect(q, page, PROT_READ));
	TELL(touch(q, 0));
	TELL(touch(q, 1));
	TELL(madvise(q + page, page, MADV_DONTNEED));
	TELL(q[page]);
	TELL(munmap(q, 2 * page));
	TELL(touch(q, 0));
	q = mmap(NULL, 3 * page, PROT_READ, MAP_PRIVATE, fd, (off_t)page);
	TELL(q[0] + q[2 * page]);
	TELL(touch(q, 1));
	TELL(munmap(q, 3 * page));
	TELL(close(fd));
	for (int i = 0; i < 100000; i++)
		numbers[i] = (uint64_t)i * i;
	numbers = realloc(numbers, 3000000 * sizeof(*numbers));
	for (int i = 0; i < 100000; i++)
		sum += numbers[i];
	TELL(sum);
	free(numbers);
	TELL(sbrk(1 << 20) != (void *)-1);
	TELL(touch((char *)sbrk(0) - 1, 1));
}

/* ------------------------------------------------------------------ signals */

static volatile int caught;
static volatile double scratch;

/* Spoils what the interrupted code computes with; the system is to put it back. */
static void count(int number, siginfo_t *info, void *context)
{
	double x = 1e300;

	(void)info;
	(void)context;
	caught = number;
	fesetround(FE_UPWARD);
	for (int i = 0; i < 20; i++)
		x = x * 1.000001 + i;
	scratch = x / 0.0;
	feclearexcept(FE_ALL_EXCEPT);
}

/* Sixteen values that live in registers across the signal. */
static double sum_with_signal(int number)
{
	double v[16], sum = 0;

	for (int i = 0; i < 16; i++)
		v[i] = 1.0 / (i + 3) + scratch * 0;
	raise(number);
	for (int i = 0; i < 16; i++)
		sum += v[i] * (i + 1);
	return sum;
}

static void ask_about_signals(void)
{
	static char stack[65536];
	stack_t alternative = {.ss_sp = stack, .ss_size = sizeof(stack)};
	sigset_t set, before;

	scratch = 0;
	handle(SIGUSR1, count, 0);
	feclearexcept(FE_ALL_EXCEPT);
	fesetround(FE_DOWNWARD);
	printf("sum %.17g", sum_with_signal(SIGUSR1));
	printf(" rounding %d", fegetround() == FE_DOWNWARD);
	fesetround(FE_TONEAREST);
	printf(" flags %d %d\n", fetestexcept(FE_DIVBYZERO) != 0, fetestexcept(FE_INEXACT) != 0);
	TELL(caught);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	handle(SIGUSR2, count, SA_ONSTACK);
	TELL(sigaltstack(&alternative, NULL));
	TELL(sigprocmask(SIG_BLOCK, &set, &before));
	TELL(raise(SIGUSR2));
	TELL(caught == SIGUSR2);
	TELL(sigpending(&before));
	TELL(sigismember(&before, SIGUSR2));
	TELL(sigprocmask(SIG_UNBLOCK, &set, NULL));
	TELL(caught == SIGUSR2);
	TELL(kill(getpid(), SIGCHLD));
	TELL(sigaction(SIGKILL, &(struct sigaction){.sa_handler = SIG_IGN}, NULL));
	signal(SIGUSR1, SIG_IGN);
	TELL(raise(SIGUSR1));
	handle(SIGILL, jump_back, SA_NODEFER); /* a trap is UD2 here, BRK there */
	handle(SIGTRAP, jump_back, SA_NODEFER);
	if (sigsetjmp(back, 1) == 0)
		__builtin_trap();
	puts("back from a trap");
}

/* ------------------------------------------------------------------ time and the rest */

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void ask_about_time(void)
{
	struct timespec half = {0, 500000000};
	double start = now(CLOCK_MONOTONIC), date = now(CLOCK_REALTIME);
	struct timeval day;

	TELL(nanosleep(&half, NULL));
	TELL(now(CLOCK_MONOTONIC) - start >= 0.5);
	TELL(now(CLOCK_REALTIME) - date >= 0.499);
	TELL(date > 1577836799);
	TELL(gettimeofday(&day, NULL));
	TELL(day.tv_sec - (long)date < 60);
	TELL(clock_gettime(77, &half));
	TELL(clock_getres(CLOCK_MONOTONIC, &half));
	TELL(half.tv_sec);
	half.tv_nsec = 1000000000;
	TELL(nanosleep(&half, NULL));
	TELL(clock() >= 0);
}

static void ask_about_the_rest(void)
{
	struct pollfd wait[2] = {{.fd = 1, .events = POLLOUT}, {.fd = 77, .events = POLLIN}};
	uint64_t random[2] = {0, 0};
	struct rlimit limit;

	TELL(getrandom(random, sizeof(random), 0));
	TELL(random[0] != random[1]);
	TELL(poll(wait, 2, 0));
	TELL(wait[0].revents == POLLOUT && wait[1].revents == POLLNVAL);
	TELL(getrlimit(RLIMIT_STACK, &limit));
	TELL(limit.rlim_cur >= 1 << 20);
	TELL(sysconf(_SC_CLK_TCK));
	TELL(waitpid(-1, NULL, 0));
	TELL(getpid() == (int)gettid());
	TELL(kill(0x3ffffff, 0));
}

/* ------------------------------------------------------------------ what there is not */

static void *nothing(void *argument)
{
	return argument;
}

static void ask_for_more(void)
{
	pthread_t thread;
	int why = pthread_create(&thread, NULL, nothing, NULL);

	printf("thread: %s\n", strerrorname_np(why));
	TELL(fork());
	TELL(execl("/bin/true", "true", NULL));
}

/* What the kernel reads for EL0. */
static void tell_identity(void)
{
#ifdef __aarch64__
#define SHOW(name)                                                                                 \
	({                                                                                         \
		uint64_t value;                                                                    \
		__asm__("mrs %0, " #name : "=r"(value));                                           \
		printf(#name " %#lx\n", value);                                                    \
	})
	SHOW(midr_el1);
	SHOW(mpidr_el1);
	SHOW(id_aa64pfr0_el1);
	SHOW(id_aa64pfr1_el1);
	SHOW(id_aa64isar0_el1);
	SHOW(id_aa64isar1_el1);
	SHOW(id_aa64mmfr2_el1);
#endif
}

/* Signed by each of the keys, authenticated, stripped; all keys differ. */
static void sign_pointers(void)
{
#ifdef __aarch64__
#define SIGN(key)                                                                                  \
	({                                                                                         \
		uint64_t p = 0x123456780, q, r;                                                    \
		__asm__(".arch_extension pauth\npac" key "za %0\nmov %1, %0\naut" key              \
			"za %1\nmov %2, %0\nxpacd %2"                                              \
			: "+r"(p), "=&r"(q), "=&r"(r));                                            \
		printf(key " %d %d %d\n", p != q, q == 0x123456780, r == q);                       \
		p;                                                                                 \
	})
	uint64_t code = SIGN("i"), data = SIGN("d"), generic;

	__asm__(".arch_extension pauth\npacga %0, %1, %2" : "=r"(generic) : "r"(1L), "r"(2L));
	printf("%d %d\n", code != data, generic != 0 && (uint32_t)generic == 0);
#endif
}

/* CPYFP, CPYFM, CPYFE [X0]!, [X1]!, X2!: three pages, off their boundaries. */
static void copy_by_instructions(void)
{
#ifdef __aarch64__
	static char from[16384], to[16384];
	register char *x0 __asm__("x0") = to + 77;
	register char *x1 __asm__("x1") = from + 5;
	register size_t x2 __asm__("x2") = 12345;
	size_t left;

	for (size_t i = 0; i < sizeof(from); i++)
		from[i] = (char)(i * i >> 5);
	__asm__ volatile(".inst 0x19010440, 0x19410440, 0x19810440"
			 : "+r"(x0), "+r"(x1), "+r"(x2)
			 :
			 : "memory", "cc");
	left = x2;
	printf("%d %zu %d %d\n", memcmp(to + 77, from + 5, 12345), left, to[76], to[77 + 12345]);
#endif
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	if (argc > 1 && strcmp(argv[1], "more") == 0) {
		ask_for_more();
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "hwcap") == 0) {
		printf("%lx %lx\n", getauxval(AT_HWCAP), getauxval(AT_HWCAP2));
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "copy") == 0) {
		copy_by_instructions();
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "pac") == 0) {
		sign_pointers();
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "cpuid") == 0) {
		tell_identity();
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "abort") == 0)
		abort();
	ask_about_bytes();
	ask_about_pipes();
	ask_about_names();
	ask_about_memory();
	ask_about_signals();
	ask_about_time();
	ask_about_the_rest();
	return 0;
}
