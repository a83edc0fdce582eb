/*
 * graph VERTICES: breadth-first search over the smallest hypercube of at least so many vertices,
 * kept as shuffled edge lists on the heap; then its closed walks of two steps are counted. What
 * must come out is known: C(d, k) of the 2^d vertices lie k steps away, and d closed walks start in
 * each vertex. The program checks both and prints them.
 */
#include "libc/libc.h"

enum { DIMENSION_MAX = 24 };

struct graph {
	unsigned dimension;
	uint32_t count;
	uint32_t *label;  /* vertex of the hypercube -> its place in memory: a shuffle */
	uint32_t *vertex; /* and back */
	uint32_t *edges;  /* `dimension` neighbours for each place */
};

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static struct graph make_hypercube(unsigned dimension)
{
	struct graph g = {.dimension = dimension, .count = 1u << dimension};
	uint64_t state = 88172645463325252;

	g.label = calloc(g.count, sizeof(*g.label));
	g.vertex = calloc(g.count, sizeof(*g.vertex));
	g.edges = calloc((size_t)g.count * dimension, sizeof(*g.edges));
	for (uint32_t i = 0; i < g.count; i++)
		g.vertex[i] = i;
	for (uint32_t i = g.count; i > 1; i--) {
		uint32_t j = (uint32_t)(next_random(&state) % i), t = g.vertex[i - 1];

		g.vertex[i - 1] = g.vertex[j];
		g.vertex[j] = t;
	}
	for (uint32_t i = 0; i < g.count; i++)
		g.label[g.vertex[i]] = i;
	for (uint32_t i = 0; i < g.count; i++)
		for (unsigned d = 0; d < dimension; d++)
			g.edges[(size_t)i * dimension + d] = g.label[g.vertex[i] ^ 1u << d];
	return g;
}

static void search(const struct graph *g, uint32_t start, uint8_t *distance)
{
	uint32_t *queue = calloc(g->count, sizeof(*queue));
	uint32_t head = 0, tail = 0;

	memset(distance, 0xff, g->count);
	distance[start] = 0;
	queue[tail++] = start;
	while (head < tail) {
		uint32_t at = queue[head++];

		for (unsigned d = 0; d < g->dimension; d++) {
			uint32_t to = g->edges[(size_t)at * g->dimension + d];

			if (distance[to] != 0xff)
				continue;
			distance[to] = (uint8_t)(distance[at] + 1);
			queue[tail++] = to;
		}
	}
	free(queue);
}

/* Walks of two steps from `start` that come back: as many as there are edges at it. */
static unsigned closed_walks(const struct graph *g, uint32_t start)
{
	unsigned count = 0;

	for (unsigned a = 0; a < g->dimension; a++) {
		uint32_t middle = g->edges[(size_t)start * g->dimension + a];

		for (unsigned b = 0; b < g->dimension; b++)
			count += g->edges[(size_t)middle * g->dimension + b] == start;
	}
	return count;
}

int main(int argc, char **argv)
{
	uint64_t vertices = argc == 2 ? parse_number(argv[1]) : 0;
	uint64_t dimension = 1, expected = 1, walks = 0;

	if (vertices < 2 || vertices > 1u << DIMENSION_MAX)
		die("usage: graph VERTICES (2 to %u)", 1u << DIMENSION_MAX);
	while ((uint64_t)1 << dimension < vertices)
		dimension++;
	struct graph g = make_hypercube((unsigned)dimension);
	uint8_t *distance = malloc(g.count);
	uint64_t *at_distance = calloc(dimension + 1, sizeof(*at_distance));

	search(&g, g.label[0], distance);
	for (uint32_t i = 0; i < g.count; i++) {
		if (distance[i] > dimension)
			die("graph: vertex %u was not reached", g.vertex[i]);
		at_distance[distance[i]]++;
		walks += closed_walks(&g, i);
	}
	for (uint64_t k = 0; k <= dimension; k++) {
		if (at_distance[k] != expected)
			die("graph: %lu vertices at distance %lu, %lu expected", at_distance[k], k,
			    expected);
		printf("distance %lu: %lu\n", k, at_distance[k]);
		expected = expected * (dimension - k) / (k + 1);
	}
	if (walks != dimension << dimension)
		die("graph: %lu closed walks, %lu expected", walks, dimension << dimension);
	printf("closed walks of two steps: %lu\n", walks);
	return 0;
}
