/* SPDX-License-Identifier: BSD-2-Clause */
/* sincosl: what the compiler makes of sinl and cosl of one number, and newlib
 * lacks. */

#include <math.h>

/* newlib declares it for another system only. */
void sincosl(long double x, long double *sine, long double *cosine);
void sincosl(long double x, long double *sine, long double *cosine)
{
    *sine = sinl(x);
    /* Else the compiler would make a call of this function of the two. */
    __asm__("" : "+m"(x));
    *cosine = cosl(x);
}
