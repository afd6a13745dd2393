/* isa.h: kernels compiled once for each instruction set, the best one picked when the program is loaded.
 *
 *   BLT_CLONES static void add(const double *a, const double *b, double *out, size_t n) { ... }
 *
 * The body is plain C; only the compiler's vectoriser sees the difference. Off x86-64, and under sanitizers
 * that cannot run the loader's resolvers, the macro is empty. Never use it where the result depends on how a
 * float expression is contracted or reordered: the compiler may do neither without -ffast-math, and
 * multiplication followed by addition must be written so that no fused form is allowed (-ffp-contract=off is
 * set here).
 */
#ifndef BLT_BASE_ISA_H
#define BLT_BASE_ISA_H

#if defined(__x86_64__) && defined(__linux__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__) &&     \
    !defined(__SANITIZE_ADDRESS__)
#define BLT_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
/* Whether __builtin_fma in such a function is one instruction on this machine. */
#define BLT_FMA_IS_FAST (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
#else
#define BLT_CLONES
#ifdef __FP_FAST_FMA
#define BLT_FMA_IS_FAST 1
#else
#define BLT_FMA_IS_FAST 0
#endif
#endif

#endif
