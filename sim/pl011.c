/*
 * The PL011 UART as a console: what is written to UARTDR goes out at once, nothing ever arrives, no
 * interrupt is raised. Register offsets and reset values are those of "PrimeCell UART (PL011)
 * Technical Reference Manual", 3.2.
 */
#include "machine.h"

enum {
	UARTDR = 0x000,
	UARTFR = 0x018,
	UARTIBRD = 0x024,
	UARTFBRD = 0x028,
	UARTLCR_H = 0x02c,
	UARTCR = 0x030,
	UARTIFLS = 0x034,
	UARTIMSC = 0x038,
	UARTRIS = 0x03c,
	UARTPERIPHID0 = 0xfe0,
};

enum { FR_RXFE = 1 << 4, FR_TXFE = 1 << 7, RIS_TX = 1 << 5 };

static uint64_t identification(unsigned offset)
{
	static const uint8_t id[] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};

	return id[(offset - UARTPERIPHID0) / 4];
}

uint64_t pl011_read(const struct pl011 *pl011, unsigned offset)
{
	switch (offset) {
	case UARTFR:
		return FR_TXFE | FR_RXFE;
	case UARTIBRD:
		return pl011->ibrd;
	case UARTFBRD:
		return pl011->fbrd;
	case UARTLCR_H:
		return pl011->lcr_h;
	case UARTCR:
		return pl011->cr;
	case UARTIFLS:
		return pl011->ifls;
	case UARTIMSC:
		return pl011->imsc;
	case UARTRIS:
		return RIS_TX;
	default:
		return offset >= UARTPERIPHID0 ? identification(offset) : 0;
	}
}

void pl011_write(struct pl011 *pl011, unsigned offset, uint64_t value)
{
	switch (offset) {
	case UARTDR:
		fputc((int)(value & 0xff), pl011->out);
		break;
	case UARTIBRD:
		pl011->ibrd = value & 0xffff;
		break;
	case UARTFBRD:
		pl011->fbrd = value & 0x3f;
		break;
	case UARTLCR_H:
		pl011->lcr_h = value & 0xff;
		break;
	case UARTCR:
		pl011->cr = value & 0xffff;
		break;
	case UARTIFLS:
		pl011->ifls = value & 0x3f;
		break;
	case UARTIMSC:
		pl011->imsc = value & 0x7ff;
		break;
	default: /* read only, or a function that a console has not */
		break;
	}
}
