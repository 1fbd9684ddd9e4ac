/* SPDX-License-Identifier: BSD-2-Clause */
/* A vector of 16 bytes, for the bodies: SSE2, which every CPU has. */

#include <emmintrin.h>

#undef WIDTH
#undef NAMED
#define WIDTH 16
#define NAMED(name) name##_sse2
#define vec __m128i
#define vec_load(p) _mm_loadu_si128((const __m128i_u *)(p))
#define vec_load_aligned(p) _mm_load_si128((const __m128i *)(p))
#define vec_store(p, v) _mm_storeu_si128((__m128i_u *)(p), v)
#define vec_fill(c) _mm_set1_epi8((char)(c))
#define vec_equal(a, b) _mm_cmpeq_epi8(a, b)
#define vec_and(a, b) _mm_and_si128(a, b)
#define vec_or(a, b) _mm_or_si128(a, b)
#define vec_xor(a, b) _mm_xor_si128(a, b)
#define vec_least(a, b) _mm_min_epu8(a, b)
/* One bit a byte, the first byte's the lowest. */
#define vec_bits(v) ((uint32_t)_mm_movemask_epi8(v))
#define ALL_BITS 0xffffu
