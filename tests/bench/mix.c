/*
 * Integer code with loads, stores, calls and branches: a list walk, a matrix product, a state machine over text, a sort.
 * With mmu=1 in bootargs under the MMU.
 */
#include "bench.h"
#include "mmu.h"

#define SIZE 24
#define COUNT 256

struct node {
	struct node *next;
	uint32_t key, value;
};

static struct node nodes[COUNT];
static int32_t left[SIZE][SIZE], right[SIZE][SIZE], product[SIZE][SIZE];
static char text[1024];
static uint32_t keys[COUNT];

static uint32_t random_next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

static uint64_t walk_list(struct node *head, uint32_t seed)
{
	uint64_t sum = 0;

	for (struct node *n = head; n; n = n->next) {
		n->value += n->key ^ seed;
		sum += n->value;
	}
	return sum;
}

static uint64_t multiply(void)
{
	uint64_t sum = 0;

	for (int i = 0; i < SIZE; i++)
		for (int j = 0; j < SIZE; j++) {
			int32_t cell = 0;

			for (int k = 0; k < SIZE; k++)
				cell += left[i][k] * right[k][j];
			product[i][j] = cell;
			sum += (uint32_t)cell;
		}
	return sum;
}

static uint64_t scan_text(void)
{
	enum { BLANK, WORD, NUMBER } state = BLANK;
	uint64_t words = 0, total = 0, number = 0;

	for (unsigned i = 0; i < sizeof(text); i++) {
		char c = text[i];

		switch (state) {
		case BLANK:
			state = c >= '0' && c <= '9' ? NUMBER : c > ' ' ? WORD : BLANK;
			number = state == NUMBER ? (uint64_t)(c - '0') : 0;
			break;
		case WORD:
			if (c <= ' ') {
				state = BLANK;
				words++;
			}
			break;
		case NUMBER:
			if (c >= '0' && c <= '9')
				number = number * 10 + (uint64_t)(c - '0');
			else {
				total += number;
				state = BLANK;
			}
			break;
		}
	}
	return words * 1000 + total;
}

static void sort_keys(int low, int high)
{
	while (low < high) {
		uint32_t pivot = keys[(low + high) / 2];
		int i = low, j = high;

		while (i <= j) {
			while (keys[i] < pivot)
				i++;
			while (keys[j] > pivot)
				j--;
			if (i <= j) {
				uint32_t swap = keys[i];

				keys[i++] = keys[j];
				keys[j--] = swap;
			}
		}
		sort_keys(low, j);
		low = i;
	}
}

int main(const unsigned char *dtb)
{
	uint64_t rounds = rounds_asked(dtb), sum = 0;
	uint32_t state = 12345;

	if (number_asked(dtb, "mmu=", 0))
		mmu_on();
	for (int i = 0; i < COUNT; i++) {
		nodes[i].next = i + 1 < COUNT ? &nodes[(i * 97 + 97) % COUNT] : 0;
		nodes[i].key = random_next(&state);
	}
	/* One cycle through all nodes, broken at its end. */
	for (int i = 0, at = 0; i < COUNT; i++) {
		int next = (at + 97) % COUNT;

		nodes[at].next = i + 1 < COUNT ? &nodes[next] : 0;
		at = next;
	}
	for (int i = 0; i < SIZE * SIZE; i++) {
		left[i / SIZE][i % SIZE] = (int32_t)random_next(&state) & 1023;
		right[i / SIZE][i % SIZE] = (int32_t)random_next(&state) & 1023;
	}
	for (unsigned i = 0; i < sizeof(text); i++)
		text[i] = (char)(random_next(&state) % 5 ? "0123456789abcdefghij"[random_next(&state) % 20] : ' ');

	for (uint64_t round = 0; round < rounds; round++) {
		for (int i = 0; i < COUNT; i++)
			keys[i] = random_next(&state);
		sort_keys(0, COUNT - 1);
		for (int i = 0; i < 8; i++)
			sum += walk_list(&nodes[0], (uint32_t)round);
		sum = sum * 31 + multiply() + scan_text() + keys[COUNT / 2];
		left[round % SIZE][0] ^= 1;
	}
	put_hex("mix", sum);
	return 0;
}
