"""400 softmax fits with NumPy and its OpenBLAS: what the ground truth of an LDS costs without Daunce.

Run: python numpy_softmax.py [fits] [processes]   (numpy; scipy for the second row)

Data, the same in every language (SplitMix64 as in Sources/Statistics/SplitMix64.swift), 1,000 rows, 10 classes:
  generator SplitMix64(seed: 5, stream: 1): first 10 x 64 uniform numbers, the class means row by row; then 64
  uniform numbers u for each row i, label i mod 10, features 0.3 * mean + 0.7 * u, and a 65th feature 1.
  generator SplitMix64(seed: 5, stream: 2): 400 samples of 500 row numbers, one after the other.
Objective: mean negative log-likelihood of the rows + 0.0005 |theta|^2, all 650 parameters, from zeros, until the
largest absolute entry of the gradient is at most 1e-6, at most 1,000 iterations.
Own L-BFGS: 10 pairs, first step divided by the gradient's length, halved until f falls by 1e-4 of the slope.
"""
import sys
import time
from multiprocessing import get_context

import numpy as np

ROWS, FEATURES, CLASSES, HALF, RIDGE, TOLERANCE, MEMORY = 1000, 65, 10, 500, 1e-3, 1e-6, 10
MASK = 2**64 - 1


class SplitMix64:
    def __init__(self, seed, stream=None):
        self.state = seed
        if stream is not None:
            self.state = SplitMix64(seed).next() ^ SplitMix64(stream ^ 0x9E3779B97F4A7C15).next()

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
        return z ^ (z >> 31)

    def uniform(self):
        return (self.next() >> 11) * 2.0**-53

    def sample(self, count, bound):
        pool = list(range(bound))
        for i in range(count):
            j = i + (self.next() * (bound - i) >> 64)
            pool[i], pool[j] = pool[j], pool[i]
        return sorted(pool[:count])


def problem(fits):
    generator = SplitMix64(5, 1)
    means = [[generator.uniform() for _ in range(FEATURES - 1)] for _ in range(CLASSES)]
    x = [[0.3 * m + 0.7 * generator.uniform() for m in means[i % CLASSES]] + [1.0] for i in range(ROWS)]
    generator = SplitMix64(5, 2)
    return np.array(x), np.arange(ROWS) % CLASSES, [generator.sample(HALF, ROWS) for _ in range(fits)]


class Objective:
    def __init__(self, x, y):
        self.x, self.xt, self.own, self.calls = x, np.ascontiguousarray(x.T), np.eye(CLASSES)[y], 0

    def __call__(self, flat):
        self.calls += 1
        theta = flat.reshape(FEATURES, CLASSES)
        z = self.x @ theta
        z -= z.max(axis=1, keepdims=True)
        own = np.vdot(z, self.own)
        np.exp(z, out=z)
        total = z.sum(axis=1, keepdims=True)
        value = (np.log(total).sum() - own) / len(z) + RIDGE / 2 * np.vdot(flat, flat)
        z /= total
        z -= self.own
        gradient = self.xt @ z
        gradient *= 1 / len(z)
        gradient += RIDGE * theta
        return value, gradient.ravel()


def lbfgs(f, theta):
    value, gradient = f(theta)
    pairs = []
    for iteration in range(1000):
        if np.abs(gradient).max() <= TOLERANCE:
            return theta, iteration
        direction, alphas = -gradient, []
        for s, y, rho in reversed(pairs):
            alphas.append(rho * (s @ direction))
            direction -= alphas[-1] * y
        if pairs:
            s, y, rho = pairs[-1]
            direction *= 1 / (rho * (y @ y))
        for (s, y, rho), alpha in zip(pairs, reversed(alphas)):
            direction += (alpha - rho * (y @ direction)) * s
        step, slope = 1.0 if pairs else 1 / np.sqrt(gradient @ gradient), gradient @ direction
        while True:
            moved = theta + step * direction
            new, after = f(moved)
            if new <= value + 1e-4 * step * slope or step < 1e-12:
                break
            step /= 2
        s, y = moved - theta, after - gradient
        if s @ y > 1e-10 * (y @ y):
            pairs = (pairs + [(s, y, 1 / (s @ y))])[-MEMORY:]
        theta, value, gradient = moved, new, after
    return theta, 1000


def own(x, y):
    f = Objective(x, y)
    theta, iterations = lbfgs(f, np.zeros(FEATURES * CLASSES))
    return f(theta)[0], iterations, f.calls


def scipy(x, y):
    from scipy.optimize import minimize

    f = Objective(x, y)
    limits = {"maxcor": MEMORY, "gtol": TOLERANCE, "ftol": 0, "maxiter": 1000, "maxfun": 10000}
    result = minimize(f, np.zeros(FEATURES * CLASSES), jac=True, method="L-BFGS-B", options=limits)
    return result.fun, result.nit, f.calls


def work(job):
    solver, subsets, x, y = job
    return [solver(np.ascontiguousarray(x[s]), y[s]) for s in subsets]


def main():
    fits = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    x, y, subsets = problem(fits)
    print(f"x[0, :3] {x[0, :3]}  subset 0 starts {subsets[0][:5]}")
    with get_context("fork").Pool(processes) as pool:
        for solver, name in [(own, "own L-BFGS"), (scipy, "scipy L-BFGS-B")]:
            jobs = [(solver, subsets[p::processes], x, y) for p in range(processes)]
            work((solver, subsets[:1], x, y))
            start = time.perf_counter()
            parts = pool.map(work, jobs, chunksize=1) if processes > 1 else [work(jobs[0])]
            seconds = time.perf_counter() - start
            loss, iterations, calls = np.array([r for part in parts for r in part]).mean(axis=0)
            print(f"{name}: {fits} fits, {processes} processes, {seconds:.2f} s; "
                  f"mean objective {loss:.10f}, {iterations:.1f} iterations, {calls:.1f} evaluations", flush=True)
        # Not left to the pool's end by signal, which a parent may have blocked.
        pool.close()
        pool.join()


if __name__ == "__main__":
    main()
