#pragma once

/// Bins of a histogram, and the lower bits of a float that they disregard: 256 bins for each doubling.
enum { CKERNELS_BINS = 4096, CKERNELS_BIN_SHIFT = 15 };

/// Factors of one AdamW step; `step` and `root` hold the bias corrections.
typedef struct {
  float scale, beta1, beta2, keep, step, root;
} ckernels_adamw;

/// The loops that are worth an instruction set of their own, one table per set.
///
/// All sets walk sums in the same order with 16 lanes, so every set with fused multiply-add gives
/// the same bits.
typedef struct {
  const char *name;
  /// Shape of the register tile; `tile` reads panels packed for it.
  long tile_rows, tile_columns;
  /// c[tile_rows × tile_columns] (+)= sum over depth of a[depth][tile_rows] ⊗ b[depth][tile_columns].
  void (*tile)(long depth, const float *a, const float *b, float *c, long stride, int accumulate);
  /// x[i] = exp(x[i] − shift); returns the sum. Relative error 2e-7; arguments below −87 give about 0.
  float (*exp_shifted)(float *x, long count, float shift);
  /// y[i] = gelu(x[i]), tanh form.
  void (*gelu)(const float *x, float *y, long count);
  /// dx[i] = dy[i] · gelu'(x[i]); dx may be dy.
  void (*gelu_gradient)(const float *x, const float *dy, float *dx, long count);
  /// c[m × n] (+)= a·b in double precision, row i of c at c + i·n. Element (i, p) of a lies at
  /// a[i·a_row + p·a_column], element (p, j) of b at b[p·b_row + j·b_column]; every element of c is one
  /// chain of multiply-adds over p, in blocks of 256.
  void (*product)(
      long m, long n, long k, const double *a, long a_row, long a_column, const double *b,
      long b_row, long b_column, double *c, int accumulate);
  /// Turns each row of x into exp(x − m)/total, m its largest value and total the sum of exp(x − m);
  /// log_totals[row] = m + log(total). Relative error 1e-15.
  void (*softmax)(double *x, long rows, long columns, double *log_totals);
  /// One AdamW step on `count` weights w with moments m, v and gradient g.
  void (*adamw)(float *w, const float *g, float *m, float *v, long count, ckernels_adamw step);
  /// maxima[j] = max(maxima[j], x[i · columns + j] over all rows i); `columns` is a multiple of 16.
  void (*raise)(long rows, long columns, const float *x, float *maxima);
  /// Counts each value above 0 in the bin of its upper bits, counted from `lowest`; values beyond an
  /// end, and all below 0, count in the bin there. `values` is a multiple of 16.
  void (*count)(long values, const float *x, int lowest, unsigned *bins);
  /// Writes the places i · columns + j, in order, of values above floors[j]; returns how many there are.
  /// `columns` is a multiple of 16, and `places` has room for all.
  long (*exceeding)(long rows, long columns, const float *x, const float *floors, int *places);
} ckernels_set;

/// The sets this processor can run, best first; `index` past the end gives NULL.
const ckernels_set *ckernels_supported(int index);

/// Tells the allocator to keep freed memory; returns whether it took the settings.
int ckernels_keep_freed_memory(void);
