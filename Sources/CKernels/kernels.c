#include "CKernels.h"

#include <malloc.h>
#include <stddef.h>
#include <string.h>

// Vectors only travel between functions that are always inlined, so no calling convention is at stake.
#pragma clang diagnostic ignored "-Wpsabi"

// The same source is compiled once per instruction set; the processor is asked at run time.

#define SET generic
#define TILE_ROWS 2
#define TILE_VECTORS 1
#include "set.inc"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define SET avx2
#define TILE_ROWS 6
#define TILE_VECTORS 1
#include "set.inc"
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx2,fma,avx512f,avx512vl,avx512dq,avx512bw"))), apply_to = function)
#define SET avx512
#define TILE_ROWS 12
#define TILE_VECTORS 2
#include "set.inc"
#pragma clang attribute pop
#endif

const ckernels_set *ckernels_supported(int index) {
  const ckernels_set *found[3];
  int count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("fma"))
    found[count++] = &set_avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) found[count++] = &set_avx2;
#endif
  found[count++] = &set_generic;
  return index >= 0 && index < count ? found[index] : NULL;
}

int ckernels_keep_freed_memory(void) {
  return mallopt(M_TRIM_THRESHOLD, 1 << 28) && mallopt(M_MMAP_THRESHOLD, 1 << 25);
}
