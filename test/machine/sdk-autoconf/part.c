/* SPDX-License-Identifier: BSD-2-Clause */
/* The library of the small projects. */

int part(int n);
int part(int n)
{
    return n + 41;
}
