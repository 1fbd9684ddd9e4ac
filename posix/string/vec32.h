/* SPDX-License-Identifier: BSD-2-Clause */
/* A vector of 32 bytes, for the bodies: AVX2. */

#include <immintrin.h>

#undef WIDTH
#undef NAMED
#undef vec
#undef vec_load
#undef vec_load_aligned
#undef vec_store
#undef vec_fill
#undef vec_equal
#undef vec_and
#undef vec_or
#undef vec_xor
#undef vec_least
#undef vec_bits
#undef ALL_BITS
#define WIDTH 32
#define NAMED(name) name##_avx2
#define vec __m256i
#define vec_load(p) _mm256_loadu_si256((const __m256i_u *)(p))
#define vec_load_aligned(p) _mm256_load_si256((const __m256i *)(p))
#define vec_store(p, v) _mm256_storeu_si256((__m256i_u *)(p), v)
#define vec_fill(c) _mm256_set1_epi8((char)(c))
#define vec_equal(a, b) _mm256_cmpeq_epi8(a, b)
#define vec_and(a, b) _mm256_and_si256(a, b)
#define vec_or(a, b) _mm256_or_si256(a, b)
#define vec_xor(a, b) _mm256_xor_si256(a, b)
#define vec_least(a, b) _mm256_min_epu8(a, b)
#define vec_bits(v) ((uint32_t)_mm256_movemask_epi8(v))
#define ALL_BITS 0xffffffffu
