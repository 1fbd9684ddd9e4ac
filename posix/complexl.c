/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The long double functions of <complex.h> that newlib lacks, from the real
 * ones. Each formula is the definition; where it would cancel or overflow it
 * is turned so that it does not.
 */

#include <complex.h>
#include <math.h>

#define PI_2L 1.57079632679489661923132169163975144L

long double cargl(long double complex z)
{
    return atan2l(cimagl(z), creall(z));
}

long double complex cprojl(long double complex z)
{
    if (isinf(creall(z)) || isinf(cimagl(z)))
        return CMPLXL(INFINITY, copysignl(0, cimagl(z)));
    return z;
}

long double complex csqrtl(long double complex z)
{
    long double x = creall(z), y = cimagl(z), r;

    if (x == 0 && y == 0)
        return CMPLXL(0, y);
    if (isinf(y))
        return CMPLXL(INFINITY, y);
    if (isnan(x) || isnan(y))
        return isinf(x) && x > 0 ? CMPLXL(x, y) : CMPLXL(NAN, NAN);
    /* hypotl(x, y) + |x| may overflow where the result does not. */
    if (fabsl(x) > 0x1p16382L || fabsl(y) > 0x1p16382L) {
        z = csqrtl(CMPLXL(x / 4, y / 4));
        return CMPLXL(2 * creall(z), 2 * cimagl(z));
    }
    r = sqrtl((fabsl(x) + hypotl(x, y)) / 2);
    return x >= 0 ? CMPLXL(r, y / (2 * r))
                  : CMPLXL(fabsl(y) / (2 * r), copysignl(r, y));
}

long double complex cexpl(long double complex z)
{
    long double r = expl(creall(z)), y = cimagl(z);

    if (y == 0)
        return CMPLXL(r, y);
    return CMPLXL(r * cosl(y), r * sinl(y));
}

long double complex clogl(long double complex z)
{
    return CMPLXL(logl(hypotl(creall(z), cimagl(z))), cargl(z));
}

long double complex cpowl(long double complex base, long double complex power)
{
    if (base == 0)
        return power == 0 ? 1 : 0;
    return cexpl(power * clogl(base));
}

/* --- hyperbolic, and circular as the same of iz --- */

long double complex csinhl(long double complex z)
{
    long double x = creall(z), y = cimagl(z);

    return CMPLXL(sinhl(x) * cosl(y), coshl(x) * sinl(y));
}

long double complex ccoshl(long double complex z)
{
    long double x = creall(z), y = cimagl(z);

    return CMPLXL(coshl(x) * cosl(y), sinhl(x) * sinl(y));
}

/* With t = tan y and s = sinh x; for large x the limit, as s overflows. */
long double complex ctanhl(long double complex z)
{
    long double x = creall(z), y = cimagl(z), t, s, beta, rho, d;

    if (fabsl(x) > 45)
        return CMPLXL(copysignl(1, x),
                      4 * sinl(y) * cosl(y) * expl(-2 * fabsl(x)));
    t = tanl(y);
    beta = 1 + t * t;
    s = sinhl(x);
    rho = sqrtl(1 + s * s);
    d = 1 + beta * s * s;
    return isinf(t) ? CMPLXL(rho / s, 1 / t)
                    : CMPLXL(beta * rho * s / d, t / d);
}

static long double complex times_i(long double complex z)
{
    return CMPLXL(-cimagl(z), creall(z));
}

static long double complex times_minus_i(long double complex z)
{
    return CMPLXL(cimagl(z), -creall(z));
}

long double complex csinl(long double complex z)
{
    return times_minus_i(csinhl(times_i(z)));
}

long double complex ccosl(long double complex z)
{
    return ccoshl(times_i(z));
}

long double complex ctanl(long double complex z)
{
    return times_minus_i(ctanhl(times_i(z)));
}

/* --- inverse --- */

/* newlib's catanhl calls catanl, so this has another name. */
static long double complex inverse_tanh(long double complex z)
{
    long double x = creall(z), y = cimagl(z);
    long double up = (1 + x) * (1 + x) + y * y;
    long double down = (1 - x) * (1 - x) + y * y;

    return CMPLXL(log1pl(4 * x / down) / 4,
                  isinf(up) ? copysignl(PI_2L, y)
                            : atan2l(2 * y, (1 - x) * (1 + x) - y * y) / 2);
}

long double complex catanl(long double complex z)
{
    return times_minus_i(inverse_tanh(times_i(z)));
}
