// SPDX-License-Identifier: Apache-2.0
import CMARNetKernels
import Foundation
import MARNetDense
import MARNetHeads

struct Probe: Sendable {
  let weights: Matrix
  let bias: [Float]
  let c: Double
  func logProbabilities(of x: Matrix, pool: WorkerPool) -> Matrix {
    var r = Matrix(rowCount: x.rowCount, columnCount: bias.count)
    let v = r.mutableView()
    Product.rowsTimesRows(x.view, weights.view, into: v)
    for i in 0..<v.rowCount {
      let z = v.row(i)
      for c in 0..<v.columnCount { z[c] += bias[c] }
      var s = 0.0
      _ = marnet_exp_row(z, v.columnCount, &s)
      for c in 0..<v.columnCount { z[c] = log(max(Float(Double(z[c]) / s), 1e-7)) }
    }
    return r
  }
  init(weights: Matrix, bias: [Float], c: Double) {
    self.weights = weights
    self.bias = bias
    self.c = c
  }
  init(x: Matrix, y: [Int32], classes C: Int, c: Double) {
    let n = x.rowCount, d = x.columnCount, m = C * (d + 1)
    let present = Set(y)
    var theta = [Double](repeating: 0, count: m)
    var logits = Matrix(rowCount: n, columnCount: C)
    var w = Matrix(rowCount: C, columnCount: d), gw = Matrix(rowCount: C, columnCount: d)
    let scale = 1 / (c * Double(n))
    func f(_ t: [Double]) -> (Double, [Double]) {
      let wv = w.mutableView(), gv = gw.mutableView(), lv = logits.mutableView()
      for k in 0..<C { for j in 0..<d { wv.row(k)[j] = Float(t[k * d + j]) } }
      Product.rowsTimesRows(x.view, wv, into: lv)
      var loss = 0.0
      var gb = [Double](repeating: 0, count: C)
      for i in 0..<n {
        let z = lv.row(i)
        for k in 0..<C { z[k] = present.contains(Int32(k)) ? z[k] + Float(t[C * d + k]) : -1e30 }
        let zy = z[Int(y[i])]
        var s = 0.0
        let mx = marnet_exp_row(z, C, &s)
        loss += Double(mx) + log(s) - Double(zy)
        for k in 0..<C { z[k] = Float(Double(z[k]) / s) }
        z[Int(y[i])] -= 1
        for k in 0..<C { gb[k] += Double(z[k]) }
      }
      Product.columnsTimesColumns(lv, x.view, into: gv)
      var g = [Double](repeating: 0, count: m)
      var sq = 0.0
      for k in 0..<C {
        for j in 0..<d {
          let tt = t[k * d + j]
          sq += tt * tt
          g[k * d + j] = Double(gv.row(k)[j]) / Double(n) + scale * tt
        }
        g[C * d + k] = gb[k] / Double(n)
      }
      return (loss / Double(n) + 0.5 * scale * sq, g)
    }
    var (v, g) = f(theta)
    var ss: [[Double]] = [], yy: [[Double]] = []
    func dot(_ a: [Double], _ b: [Double]) -> Double {
      var r = 0.0
      for i in 0..<a.count { r += a[i] * b[i] }
      return r
    }
    for _ in 0..<300 {
      if g.map({ abs($0) }).max()! < 1e-4 { break }
      var q = g
      var al: [Double] = []
      for i in stride(from: ss.count - 1, through: 0, by: -1) {
        let a = dot(ss[i], q) / dot(ss[i], yy[i])
        al.append(a)
        for j in 0..<m { q[j] -= a * yy[i][j] }
      }
      let gam = ss.isEmpty ? 1 / max(1, dot(g, g).squareRoot()) : dot(ss.last!, yy.last!) / dot(yy.last!, yy.last!)
      for j in 0..<m { q[j] *= gam }
      for i in 0..<ss.count {
        let b = dot(yy[i], q) / dot(ss[i], yy[i])
        let a = al[ss.count - 1 - i]
        for j in 0..<m { q[j] += (a - b) * ss[i][j] }
      }
      let slope = -dot(g, q)
      var step = 1.0
      var t2 = theta
      var r = (v, g)
      for _ in 0..<20 {
        for j in 0..<m { t2[j] = theta[j] - step * q[j] }
        r = f(t2)
        if r.0 <= v + 1e-4 * step * slope { break }
        step *= 0.5
      }
      let s = zip(t2, theta).map { $0 - $1 }, yv = zip(r.1, g).map { $0 - $1 }
      if dot(s, yv) > 1e-12 {
        ss.append(s)
        yy.append(yv)
        if ss.count > 10 { ss.removeFirst(); yy.removeFirst() }
      }
      theta = t2
      (v, g) = r
    }
    weights = Matrix(rowCount: C, columnCount: d, values: theta[0..<C * d].map { Float($0) })
    bias = (0..<C).map { present.contains(Int32($0)) ? Float(theta[C * d + $0]) : -30 }
    self.c = c
  }
}
struct PrefitOptions {
  var probe: ProbeOptions
  var teacher: TeacherOptions
  var imageC: Double?
  var textC: Double?
}
struct Prefit {
  var imageProbe: Probe
  var textProbe: Probe?
  var nll: (image: Double, text: Double, teacher: Double)?
  var imageExponent = 1.0, textExponent = 0.0, gate = 0.0
  var teacher: Matrix?
  static func choose(_ x: Matrix, _ y: [Int32], _ C: Int, _ o: ProbeOptions, _ key: RandomKey, _ pool: WorkerPool, _ fixed: Double?) -> Probe {
    var c = fixed ?? 0
    if fixed == nil {
      let folds = StratifiedSplit.folds(labels: y, most: o.folds, key: key)
      let jobs = o.grid.reversed().flatMap { c in folds.map { (c, $0) } }
      let nlls = UnsafeMutablePointer<Double>.allocate(capacity: jobs.count)
      nonisolated(unsafe) let out = nlls
      pool.forEach(jobs.count) { t, _ in
        let (c, held) = jobs[t]
        let hs = Set(held), rest = y.indices.filter { !hs.contains($0) }
        let p = Probe(x: x.rows(at: rest), y: rest.map { y[$0] }, classes: C, c: c)
        let l = p.logProbabilities(of: x.rows(at: held), pool: pool)
        out[t] = held.enumerated().reduce(0) { $0 - Double(l[$1.offset, Int(y[$1.element])]) }
      }
      var best = Double.infinity
      for g in o.grid {
        let s = jobs.indices.filter { jobs[$0].0 == g }.reduce(0) { $0 + nlls[$1] }
        if s < best { best = s; c = g }
      }
      nlls.deallocate()
    }
    return Probe(x: x, y: y, classes: C, c: c)
  }
  static func oof(_ x: Matrix, _ labels: [Int32], _ use: [Int], _ C: Int, _ o: ProbeOptions, _ key: RandomKey, _ pool: WorkerPool, _ fixed: Double?) -> (Matrix, Probe) {
    let xs = x.rows(at: use), y = use.map { labels[$0] }
    let p = choose(xs, y, C, o, key, pool, fixed)
    var out = p.logProbabilities(of: x, pool: pool)
    let folds = StratifiedSplit.folds(labels: y, most: o.outOfFoldFolds, key: key)
    let v = out.mutableView()
    pool.forEach(folds.count) { t, _ in
      let hs = Set(folds[t]), rest = y.indices.filter { !hs.contains($0) }
      let q = Probe(x: xs.rows(at: rest), y: rest.map { y[$0] }, classes: C, c: p.c)
      let l = q.logProbabilities(of: xs.rows(at: folds[t]), pool: pool)
      for (i, r) in folds[t].enumerated() { v.rows(use[r]..<use[r] + 1).copy(from: l.view.rows(i..<i + 1)) }
      withExtendedLifetime(l) {}
    }
    return (out, p)
  }
  static func fit(visual: Matrix, text: Matrix?, hasText: [Bool], labels: [Int32], classCount C: Int, options: PrefitOptions, key: RandomKey, pool: WorkerPool, checkpoint: () throws -> Void) throws -> Prefit {
    let lab = labels.indices.filter { labels[$0] >= 0 }
    guard let text else {
      return Prefit(imageProbe: choose(visual.rows(at: lab), lab.map { labels[$0] }, C, options.probe, key, pool, options.imageC))
    }
    let (lv, p) = oof(visual, labels, lab, C, options.probe, key, pool, options.imageC)
    let both = lab.filter { hasText[$0] }
    guard Set(both.map { labels[$0] }).count >= 2 else { return Prefit(imageProbe: p) }
    let (ls, q) = oof(text, labels, both, C, options.probe, key, pool, options.textC)
    func nll(_ a: Double, _ b: Double) -> Double {
      var s = 0.0
      for r in both {
        let z = (0..<C).map { a * Double(lv[r, $0]) + b * Double(ls[r, $0]) }
        let m = z.max()!
        s += m + log(z.reduce(0) { $0 + exp($1 - m) }) - z[Int(labels[r])]
      }
      return s / Double(both.count)
    }
    var best = Double.infinity, a = 0.0, b = 0.0
    for i in options.teacher.exponents { for j in options.teacher.exponents { let n = nll(i, j); if n < best - 1e-4 { best = n; a = i; b = j } } }
    var t = Matrix(rowCount: labels.count, columnCount: C)
    for r in 0..<labels.count {
      let z = (0..<C).map { a * Double(lv[r, $0]) + b * Double(ls[r, $0]) }
      let m = z.max()!
      let e = z.map { exp($0 - m) }, s = e.reduce(0, +)
      for c in 0..<C { t[r, c] = Float(e[c] / s) }
    }
    let nv = nll(1, 0), ns = nll(0, 1)
    return Prefit(imageProbe: p, textProbe: q, nll: (nv, ns, best), imageExponent: a, textExponent: b, gate: ns < nv ? 1 : 0, teacher: t)
  }
}
struct SoftTargets {
  var targets: Matrix
  var weights: [Float]
  init(labels: [Int32], hasText: [Bool], classCount C: Int, prefit: Prefit?, teacherWeight: Double) {
    targets = Matrix(rowCount: labels.count, columnCount: C)
    weights = [Float](repeating: 0, count: labels.count)
    for r in labels.indices {
      let l = labels[r] >= 0 ? 1.0 : 0.0
      let taught = l == 0 && hasText[r] && (prefit?.textExponent ?? 0) > 0
      weights[r] = l > 0 || taught ? 1 : 0
      let lam = l > 0 ? teacherWeight * (prefit?.gate ?? 0) * (hasText[r] ? 1 : 0) : 1.0
      for c in 0..<C {
        let hot: Float = Int(labels[r]) == c ? 1 : 0
        if l > 0, let t = prefit?.teacher { targets[r, c] = (1 - Float(lam)) * hot + Float(lam) * t[r, c] }
        else if l > 0 { targets[r, c] = hot } else if taught, let t = prefit?.teacher { targets[r, c] = t[r, c] }
      }
    }
  }
}
