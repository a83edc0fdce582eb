/* The process as the program sees it: its limits, its machine, and that it is alone. */
#include "kernel.h"

enum { RLIMIT_STACK = 3, RLIMIT_CORE = 4, RLIMIT_NPROC = 6, RLIMIT_NOFILE = 7, RLIMITS = 16 };
enum { PR_SET_NAME = 15, PR_GET_NAME = 16, NAME_BYTES = 16, CLONE_THREAD = 0x10000 };

int64_t sys_uname(struct kernel *k, const uint64_t *x)
{
	char names[6][65] = {"Linux", "nestwalk", "6.1.0-proxy", "#1", "aarch64", "(none)"};

	(void)k;
	return copy_to_user(x[0], names, sizeof(names)) ? 0 : -EFAULT;
}

int64_t sys_getrandom(struct kernel *k, const uint64_t *x)
{
	uint64_t bytes = x[1] > INT32_MAX ? INT32_MAX : x[1];

	for (uint64_t done = 0; done < bytes; done += 8) {
		uint64_t value = next_random(k);

		if (!copy_to_user(x[0] + done, &value, bytes - done < 8 ? bytes - done : 8))
			return done > 0 ? (int64_t)done : -EFAULT;
	}
	return (int64_t)bytes;
}

/* A new limit is taken and forgotten. */
int64_t sys_prlimit64(struct kernel *k, const uint64_t *x)
{
	uint64_t value = UINT64_MAX;

	(void)k;
	if (x[1] >= RLIMITS)
		return -EINVAL;
	if (x[0] != 0 && x[0] != PID)
		return -ESRCH;
	if (x[1] == RLIMIT_STACK)
		value = STACK_BYTES;
	else if (x[1] == RLIMIT_NOFILE)
		value = FD_COUNT;
	else if (x[1] == RLIMIT_NPROC)
		value = 1;
	else if (x[1] == RLIMIT_CORE)
		value = 0;
	return x[3] == 0 || copy_to_user(x[3], (uint64_t[2]){value, value}, 16) ? 0 : -EFAULT;
}

int64_t sys_getrlimit(struct kernel *k, const uint64_t *x)
{
	return sys_prlimit64(k, (uint64_t[4]){0, x[0], 0, x[1]});
}

int64_t sys_sysinfo(struct kernel *k, const uint64_t *x)
{
	struct {
		uint64_t uptime, loads[3], total, free, shared, buffers, swap, swap_free;
		uint16_t processes, pad;
		uint32_t pad2;
		uint64_t high, high_free;
		uint32_t unit, end;
	} info = {.uptime = time_now(k) / 1000000000, .processes = 1, .unit = 1};

	for (unsigned i = 0; i < k->boot->ram_count; i++)
		info.total += k->boot->ram[i].bytes;
	info.free = info.total;
	return copy_to_user(x[0], &info, sizeof(info)) ? 0 : -EFAULT;
}

/* A name that is set is forgotten: the one it began with is told. */
int64_t sys_prctl(struct kernel *k, const uint64_t *x)
{
	const char *words = (const char *)k->boot + k->boot->argv_offset;
	char name[NAME_BYTES] = {0};
	uint64_t length = strlen(words);

	if (x[0] == PR_SET_NAME)
		return 0;
	if (x[0] != PR_GET_NAME)
		return -EINVAL;
	for (uint64_t i = 0, at = 0; i < length; i++) {
		if (words[i] == '/')
			at = 0;
		else if (at < NAME_BYTES - 1)
			name[at++] = words[i], name[at] = 0;
	}
	return copy_to_user(x[1], name, sizeof(name)) ? 0 : -EFAULT;
}

int64_t sys_sched_getaffinity(struct kernel *k, const uint64_t *x)
{
	const uint64_t cores = 1;

	(void)k;
	if (x[1] < sizeof(cores))
		return -EINVAL;
	return copy_to_user(x[2], &cores, sizeof(cores)) ? (int64_t)sizeof(cores) : -EFAULT;
}

/* Root has no other groups. */
int64_t sys_getgroups(struct kernel *k, const uint64_t *x)
{
	(void)k;
	(void)x;
	return 0;
}

int64_t sys_getresid(struct kernel *k, const uint64_t *x)
{
	const uint32_t root = 0;

	(void)k;
	for (unsigned i = 0; i < 3; i++)
		if (!copy_to_user(x[i], &root, sizeof(root)))
			return -EFAULT;
	return 0;
}

/* ------------------------------------------------------------------ what there is not */

int64_t sys_clone(struct kernel *k, const uint64_t *x)
{
	if (x[0] & CLONE_THREAD) {
		if (!k->told_of_threads)
			note("nestwalk: the program asks for a second thread (clone), one is what "
			     "it has: EAGAIN is the answer");
		k->told_of_threads = true;
		return -EAGAIN;
	}
	if (!k->told_of_processes)
		note("nestwalk: the program asks for a second process (clone), one is what it has: "
		     "ENOSYS is the answer");
	k->told_of_processes = true;
	return -ENOSYS;
}

int64_t sys_execve(struct kernel *k, const uint64_t *x)
{
	(void)x;
	if (!k->told_of_processes)
		note("nestwalk: the program asks for another program in its place (execve), which "
		     "cannot be: ENOSYS is the answer");
	k->told_of_processes = true;
	return -ENOSYS;
}
