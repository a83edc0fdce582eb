/*
 * Time, which is simulated: all clocks are the virtual counter, and a sleep moves them on instead
 * of waiting. The same run has the same times.
 */
#include "kernel.h"

#define NANOSECONDS UINT64_C(1000000000)

enum { CLOCK_REALTIME = 0, CLOCK_REALTIME_COARSE = 5, CLOCK_TAI = 11, CLOCK_COUNT = 12 };
enum { TIMER_ABSTIME = 1, USER_HZ = 100 };
enum {
	FUTEX_WAIT,
	FUTEX_WAKE,
	FUTEX_WAIT_BITSET = 9,
	FUTEX_WAKE_BITSET,
	FUTEX_CLOCK_REALTIME = 256
};

uint64_t time_now(const struct kernel *k)
{
	uint64_t frequency = read_sysreg(cntfrq_el0), count;

	isb();
	count = read_sysreg(cntvct_el0);
	if (frequency == 0)
		frequency = 62500000;
	return k->slept + count / frequency * NANOSECONDS +
	       count % frequency * NANOSECONDS / frequency;
}

/* The host's date is asked for once: from then on it is the counter that goes on. */
static uint64_t clock(struct kernel *k, uint64_t which)
{
	uint64_t now = time_now(k);

	if (which != CLOCK_REALTIME && which != CLOCK_REALTIME_COARSE && which != CLOCK_TAI)
		return now;
	if (k->epoch == 0)
		k->epoch = host_seconds(k) * NANOSECONDS - now;
	return k->epoch + now;
}

static int64_t give_time(uint64_t to, uint64_t nanoseconds, uint64_t unit)
{
	const uint64_t time[2] = {nanoseconds / NANOSECONDS, nanoseconds % NANOSECONDS / unit};

	return copy_to_user(to, time, sizeof(time)) ? 0 : -EFAULT;
}

/* The clock of a process or thread, this one's, has a negative number. */
static bool is_clock(uint64_t which)
{
	return which < CLOCK_COUNT || (int32_t)which < 0;
}

int64_t sys_clock_gettime(struct kernel *k, const uint64_t *x)
{
	return is_clock(x[0]) ? give_time(x[1], clock(k, x[0]), 1) : -EINVAL;
}

int64_t sys_clock_getres(struct kernel *k, const uint64_t *x)
{
	(void)k;
	if (!is_clock(x[0]))
		return -EINVAL;
	return x[1] == 0 ? 0 : give_time(x[1], 1, 1);
}

int64_t sys_gettimeofday(struct kernel *k, const uint64_t *x)
{
	return x[0] == 0 ? 0 : give_time(x[0], clock(k, CLOCK_REALTIME), 1000);
}

/* ------------------------------------------------------------------ sleep */

/* A time of the program's in nanoseconds, or -errno. */
static int64_t get_time(uint64_t from)
{
	uint64_t time[2];

	if (!copy_from_user(time, from, sizeof(time)))
		return -EFAULT;
	if ((int64_t)time[0] < 0 || time[1] >= NANOSECONDS)
		return -EINVAL;
	return time[0] < NANOSECONDS ? (int64_t)(time[0] * NANOSECONDS + time[1]) : INT64_MAX / 2;
}

int64_t sys_nanosleep(struct kernel *k, const uint64_t *x)
{
	int64_t wanted = get_time(x[0]);

	if (wanted < 0)
		return wanted;
	k->slept += (uint64_t)wanted;
	return 0;
}

int64_t sys_clock_nanosleep(struct kernel *k, const uint64_t *x)
{
	int64_t wanted = get_time(x[2]);
	uint64_t from;

	if (wanted < 0 || !is_clock(x[0]))
		return wanted < 0 ? wanted : -EINVAL;
	from = x[1] & TIMER_ABSTIME ? clock(k, x[0]) : 0;
	if ((uint64_t)wanted > from)
		k->slept += (uint64_t)wanted - from;
	return 0;
}

/*
 * One thread: nobody is there to be woken, nor to wake. A wait with a timeout ends by it, another
 * would never end.
 */
int64_t sys_futex(struct kernel *k, const uint64_t *x)
{
	uint64_t operation = x[1] & 0x7f;
	uint32_t value;

	if (operation == FUTEX_WAKE || operation == FUTEX_WAKE_BITSET)
		return 0;
	if (operation != FUTEX_WAIT && operation != FUTEX_WAIT_BITSET)
		return -ENOSYS;
	if (!copy_from_user(&value, x[0], sizeof(value)))
		return -EFAULT;
	if (value != (uint32_t)x[2])
		return -EAGAIN;
	if (x[3] == 0)
		end(1, "nestwalk: the program waits at 0x%lx for another thread, and there is none",
		    x[0]);
	if (operation == FUTEX_WAIT)
		value = (uint32_t)sys_nanosleep(k, &x[3]);
	else
		value = (uint32_t)sys_clock_nanosleep(
			k, (uint64_t[3]){x[1] & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : 1,
					 TIMER_ABSTIME, x[3]});
	return value == 0 ? -ETIMEDOUT : (int32_t)value;
}

/* ------------------------------------------------------------------ time used */

int64_t sys_times(struct kernel *k, const uint64_t *x)
{
	uint64_t ticks = time_now(k) / (NANOSECONDS / USER_HZ);
	const uint64_t used[4] = {ticks};

	return x[0] == 0 || copy_to_user(x[0], used, sizeof(used)) ? (int64_t)ticks : -EFAULT;
}

int64_t sys_getrusage(struct kernel *k, const uint64_t *x)
{
	uint64_t now = time_now(k), usage[18] = {now / NANOSECONDS, now % NANOSECONDS / 1000};

	return copy_to_user(x[1], usage, sizeof(usage)) ? 0 : -EFAULT;
}
