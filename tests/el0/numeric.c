/*
 * Numeric code with known results, and all digits of them: the same source is compiled for the host
 * and, linked statically, for AArch64. Only operations that IEEE 754 defines to the last bit are
 * used (no libm but sqrt and fma), and the compiler contracts none of them (-ffp-contract=off).
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define PI        3.141592653589793
#define YEAR_DAYS 365.24

/* ------------------------------------------------------------------ n bodies: the outer planets */

struct body {
	double x[3], v[3], mass;
};

#define SOLAR_MASS (4 * PI * PI)

static struct body bodies[5] = {
	{{0}, {0}, SOLAR_MASS},
	{{4.84143144246472090e+00, -1.16032004402742839e+00, -1.03622044471123109e-01},
	 {1.66007664274403694e-03 * YEAR_DAYS, 7.69901118419740425e-03 * YEAR_DAYS,
	  -6.90460016972063023e-05 * YEAR_DAYS},
	 9.54791938424326609e-04 * SOLAR_MASS},
	{{8.34336671824457987e+00, 4.12479856412430479e+00, -4.03523417114321381e-01},
	 {-2.76742510726411e-03 * YEAR_DAYS, 4.99852801234917238e-03 * YEAR_DAYS,
	  2.30417297573763929e-05 * YEAR_DAYS},
	 2.85885980666130812e-04 * SOLAR_MASS},
	{{1.28943695621391310e+01, -1.51111514016986312e+01, -2.23307578892655734e-01},
	 {2.96460137564761618e-03 * YEAR_DAYS, 2.37847173959480950e-03 * YEAR_DAYS,
	  -2.96589568540237556e-05 * YEAR_DAYS},
	 4.36624404335156298e-05 * SOLAR_MASS},
	{{1.53796971148509165e+01, -2.59193146099879641e+01, 1.79258772950371181e-01},
	 {2.68067772490389322e-03 * YEAR_DAYS, 1.62824170038242295e-03 * YEAR_DAYS,
	  -9.51592254519715870e-05 * YEAR_DAYS},
	 5.15138902046611451e-05 * SOLAR_MASS},
};

static void advance(double dt)
{
	for (int i = 0; i < 5; i++)
		for (int j = i + 1; j < 5; j++) {
			double d[3], squared = 0, magnitude;

			for (int a = 0; a < 3; a++) {
				d[a] = bodies[i].x[a] - bodies[j].x[a];
				squared += d[a] * d[a];
			}
			magnitude = dt / (squared * sqrt(squared));
			for (int a = 0; a < 3; a++) {
				bodies[i].v[a] -= d[a] * bodies[j].mass * magnitude;
				bodies[j].v[a] += d[a] * bodies[i].mass * magnitude;
			}
		}
	for (int i = 0; i < 5; i++)
		for (int a = 0; a < 3; a++)
			bodies[i].x[a] += dt * bodies[i].v[a];
}

static double energy(void)
{
	double e = 0;

	for (int i = 0; i < 5; i++) {
		const double *v = bodies[i].v;

		e += 0.5 * bodies[i].mass * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
		for (int j = i + 1; j < 5; j++) {
			double squared = 0;

			for (int a = 0; a < 3; a++) {
				double d = bodies[i].x[a] - bodies[j].x[a];

				squared += d * d;
			}
			e -= bodies[i].mass * bodies[j].mass / sqrt(squared);
		}
	}
	return e;
}

/* Known: -0.169075164 at the start, -0.169087605 after 1000 steps. */
static void run_bodies(void)
{
	for (int a = 0; a < 3; a++) {
		double momentum = 0;

		for (int i = 0; i < 5; i++)
			momentum += bodies[i].v[a] * bodies[i].mass;
		bodies[0].v[a] = -momentum / SOLAR_MASS;
	}
	printf("bodies %.9f", energy());
	for (int step = 0; step < 1000; step++)
		advance(0.01);
	printf(" %.9f %.17g\n", energy(), energy());
}

/* ------------------------------------------------------------------ spectral norm */

enum { NORM_N = 100 };

static double element(int i, int j)
{
	return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

static void multiply(const double *v, double *to, int transposed)
{
	for (int i = 0; i < NORM_N; i++) {
		to[i] = 0;
		for (int j = 0; j < NORM_N; j++)
			to[i] += (transposed ? element(j, i) : element(i, j)) * v[j];
	}
}

/* Known: 1.274219991 for 100. */
static void run_norm(void)
{
	double u[NORM_N], v[NORM_N], t[NORM_N], uv = 0, vv = 0;

	for (int i = 0; i < NORM_N; i++)
		u[i] = 1;
	for (int i = 0; i < 10; i++) {
		multiply(u, t, 0);
		multiply(t, v, 1);
		multiply(v, t, 0);
		multiply(t, u, 1);
	}
	for (int i = 0; i < NORM_N; i++) {
		uv += u[i] * v[i];
		vv += v[i] * v[i];
	}
	printf("norm %.9f %.17g\n", sqrt(uv / vv), uv / vv);
}

/* ------------------------------------------------------------------ FFT */

enum { FFT_BITS = 13, FFT_N = 1 << FFT_BITS };

struct complex {
	double re, im;
};

static struct complex points[FFT_N], roots[FFT_N / 2];

/* Half angles from -1: no sine of the library is needed. */
static void make_roots(void)
{
	struct complex unit = {-1, 0};

	for (int bits = 1; bits < FFT_BITS; bits++) {
		double re = sqrt((1 + unit.re) / 2);

		unit.im = bits == 1 ? 1 : unit.im / (2 * re);
		unit.re = re;
	}
	roots[0] = (struct complex){1, 0};
	for (int i = 1; i < FFT_N / 2; i++)
		roots[i] = (struct complex){
			roots[i - 1].re * unit.re - roots[i - 1].im * unit.im,
			roots[i - 1].re * unit.im + roots[i - 1].im * unit.re,
		};
}

static void transform(int sign)
{
	for (unsigned i = 0, j = 0; i < FFT_N; i++) {
		unsigned bit = FFT_N / 2;

		if (i < j) {
			struct complex kept = points[i];

			points[i] = points[j];
			points[j] = kept;
		}
		for (; j & bit; bit /= 2)
			j ^= bit;
		j |= bit;
	}
	for (int half = 1; half < FFT_N; half *= 2)
		for (int start = 0; start < FFT_N; start += 2 * half)
			for (int i = 0; i < half; i++) {
				struct complex w = roots[i * (FFT_N / 2 / half)];
				struct complex *a = &points[start + i], *b = a + half, t;

				w.im *= sign;
				t.re = b->re * w.re - b->im * w.im;
				t.im = b->re * w.im + b->im * w.re;
				*b = (struct complex){a->re - t.re, a->im - t.im};
				*a = (struct complex){a->re + t.re, a->im + t.im};
			}
}

/* Parseval's sum, a few points, and what comes back from the inverse transform. */
static void run_fft(void)
{
	double sum = 0, worst = 0;
	uint32_t state = 1;

	make_roots();
	for (int i = 0; i < FFT_N; i++) {
		state = state * 1664525 + 1013904223;
		points[i] = (struct complex){(double)(state >> 8) / (1 << 24), 0};
	}
	transform(1);
	for (int i = 0; i < FFT_N; i++)
		sum += points[i].re * points[i].re + points[i].im * points[i].im;
	printf("fft %.17g %a %a", sum / FFT_N, points[1].re, points[FFT_N / 3].im);
	transform(-1);
	state = 1;
	for (int i = 0; i < FFT_N; i++) {
		double off;

		state = state * 1664525 + 1013904223;
		off = fabs(points[i].re / FFT_N - (double)(state >> 8) / (1 << 24));
		worst = off > worst ? off : worst;
	}
	printf(" %a %s\n", worst, worst < 1e-9 ? "back" : "lost");
}

/* ------------------------------------------------------------------ linear equations */

enum { LU_N = 96 };

static void run_equations(void)
{
	static float a[LU_N][LU_N], b[LU_N];
	double checksum = 0;

	for (int i = 0; i < LU_N; i++) {
		b[i] = (float)(i % 7) - 3;
		for (int j = 0; j < LU_N; j++)
			a[i][j] = 1.0f / (float)(1 + abs(i - j)) + (i == j ? 4.0f : 0.0f);
	}
	for (int k = 0; k < LU_N; k++)
		for (int i = k + 1; i < LU_N; i++) {
			float factor = a[i][k] / a[k][k];

			for (int j = k; j < LU_N; j++)
				a[i][j] -= factor * a[k][j];
			b[i] -= factor * b[k];
		}
	for (int i = LU_N - 1; i >= 0; i--) {
		for (int j = i + 1; j < LU_N; j++)
			b[i] -= a[i][j] * b[j];
		b[i] /= a[i][i];
		checksum += (double)b[i] * (i + 1);
	}
	printf("equations %a %.9g %.9g\n", checksum, (double)b[0], (double)b[LU_N - 1]);
}

/* ------------------------------------------------------------------ Mandelbrot, and odd values */

static void run_mandelbrot(void)
{
	long inside = 0, steps = 0;

	for (int y = 0; y < 120; y++)
		for (int x = 0; x < 160; x++) {
			double cr = x / 64.0 - 2, ci = y / 48.0 - 1.25, zr = 0, zi = 0;
			int n = 0;

			while (n < 100 && zr * zr + zi * zi <= 4) {
				double t = zr * zr - zi * zi + cr;

				zi = 2 * zr * zi + ci;
				zr = t;
				n++;
			}
			inside += n == 100;
			steps += n;
		}
	printf("mandelbrot %ld %ld\n", inside, steps);
}

/* Subnormals, overflow, ties, and conversions between the formats. */
static void run_odd_values(void)
{
	volatile double tiny = 0x1p-1040, huge = 0x1.8p1023, tie = 0.5, third = 1.0 / 3;
	volatile float small = 0x1p-140f, wide = 16777217;

	printf("odd %a %a %a %g %g\n", tiny * third, tiny / 3, fma(third, 3, -1), huge * 2,
	       -huge * huge);
	printf("odd %a %a %a %a\n", (double)(small * 0.3f), (double)(float)third, (double)wide,
	       (double)(float)huge);
	printf("odd %.0f %.0f %ld %lu %d\n", tie, tie + 1, (long)-2.9, (unsigned long)1.8e19,
	       (int)(third * 1e9));
	printf("odd %g %g %.3e %s\n", sqrt(-0.0), 1 / sqrt(2 * third), strtod("1e-320", NULL),
	       huge * 2 - huge * 2 == 0 ? "number" : "nan");
}

int main(void)
{
	run_bodies();
	run_norm();
	run_fft();
	run_equations();
	run_mandelbrot();
	run_odd_values();
	return 0;
}
