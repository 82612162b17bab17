"""Oracle of OracleTests.swift: every estimator straight from its formula, in NumPy (2.4), float64.

Run: python3 estimators.py. Prints Swift literals. Missing entries are NaN; statistics of a column use
its observed entries, and missing entries are 0 after centring.
"""
import numpy as np

rng = np.random.default_rng(20)
K, N, Q = 8, 14, 3
factors = rng.normal(size=(K, 3))
L = np.abs(factors @ rng.normal(size=(3, N + Q)) * 0.4 + rng.normal(size=(K, N + Q)) * 0.3 + 1.5) + 0.05
L = np.round(L, 3)
for k, i in [(0, 2), (3, 2), (5, 7), (1, 11), (6, 15)]:
    L[k, i] = np.nan
members = np.array([np.sort(rng.choice(N, 5, replace=False)) for _ in range(K)])
Omega = np.zeros((K, N))
for k in range(K):
    Omega[k, members[k]] = 1


def centre(X):
    return np.nan_to_num(X - np.nanmean(X, axis=0), nan=0.0)


def deviation(X):
    return np.nanstd(X, axis=0, ddof=1)


def without_drift(X):
    centred = X - np.nanmean(X, axis=0)
    return X - np.nanmean(centred[:, :N], axis=1)[:, None]


def zscores(X):
    return centre(X) / deviation(X)


def norm_weights(b):
    return b / (np.sqrt((b**2).sum(0) / (K - 1)) * (K - 1))


def query(X, group):
    return zscores(X)[:, N:].mean(1, keepdims=True) if group else centre(X)[:, N:]


log = np.log(L + 1e-6)
logdc = without_drift(log)


def scores(group):
    b, phi = query(L, group), centre(L)[:, :N]
    sd = deviation(L)[:N]
    out = {}
    out["covariance"] = phi.T @ b / (K - 1)
    out["half-norm"] = (phi / np.sqrt(sd)).T @ b / (K - 1)
    out["correlation"] = (phi / sd).T @ norm_weights(b)
    z, c = zscores(logdc)[:, :N], query(logdc, group)
    first = z.T @ norm_weights(c)
    out["log-dc"] = first
    again = np.zeros_like(first)
    for q in range(c.shape[1]):
        best = [i for i in np.argsort(-first[:, q], kind="stable")[:10] if first[i, q] > 0]
        profile = c[:, q] / np.sqrt((c[:, q] ** 2).sum() / (K - 1)) + z[:, best].sum(1)
        again[:, q] = z.T @ norm_weights(profile)
    out["log-dc-feedback"] = again

    def ridge(P, b, noise):
        G = P @ P.T
        lam = (0.1 + 20 * noise) * np.trace(G) / (K - 1)
        return P.T @ np.linalg.solve(G + lam * np.eye(K), b)

    out["ridge"] = ridge(phi, b, 0.02)
    out["ridge-log"] = ridge(centre(log)[:, :N], query(log, group), 0.02)
    Z = phi / np.sqrt(sd)
    R = Z @ (Omega - Omega.mean(0)).T
    G = R.T @ R
    out["design-regression"] = -Z.T @ R @ np.linalg.solve(G + 0.1 * np.trace(G) / K * np.eye(K), b)
    return out


def swift(values):
    return "[" + ", ".join("nil" if np.isnan(v) else repr(float(v)) for v in values) + "]"


print("losses, column by column")
for i in range(N + Q):
    print(swift(L[:, i]) + ",")
print("members")
print(members.tolist())
single, group = scores(False), scores(True)
for name in single:
    print(f'"{name}": [')
    for q in range(Q):
        print("  " + swift(single[name][:, q]) + ",")
    print("  " + swift(group[name][:, 0]) + ",\n],")
