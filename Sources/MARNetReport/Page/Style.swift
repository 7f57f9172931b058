// SPDX-License-Identifier: Apache-2.0

/// The style of a page. Every colour of text has a contrast of 4.5 to 1 or more against what it
/// stands on, every mark one of 3 to 1, light and dark; a test holds the colours to that.
package enum Style {
  /// Names of colours and their values on a light and on a dark page.
  package static let colours: [(name: String, light: String, dark: String)] = [
    ("page", "#f4f6f8", "#0d1217"), ("panel", "#ffffff", "#151c23"), ("ink", "#17202a", "#e9eef3"),
    ("soft", "#4d5b69", "#a5b2bf"), ("line", "#d5dce3", "#2d3944"), ("grid", "#e6ebf0", "#25303a"),
    ("accent", "#0a5aa8", "#74b6ff"), ("tint", "#e4effa", "#172a3d"),
    ("probe", "#5f6b77", "#98a5b2"),
    ("alignment", "#7438b8", "#c09bff"), ("reconstruction", "#a84600", "#ff9f5e"),
    ("control", "#7d6200", "#d6b24a"), ("gain", "#0e7238", "#4ec57a"),
    ("loss", "#bd2130", "#ff8288"),
    ("on-accent", "#ffffff", "#0d1217"), ("k0", "#0a68b4", "#62b3f5"), ("k1", "#c44d00", "#ff9a57"),
    ("k2", "#0a7d55", "#3ecf9b"), ("k3", "#a8308c", "#f08fd6"), ("k4", "#7d6200", "#dcb945"),
    ("k5", "#5a4fcf", "#a9a1ff"), ("k6", "#55606b", "#a9b4bf"), ("k7", "#b3263a", "#ff8b93"),
  ]

  /// Opacities of the accent on the page's colour in the cells of a confusion matrix, from the
  /// smallest shares to the largest; from `firstInverse` on their text is the inverse.
  package static let shades = [0.16, 0.25, 0.33, 0.41, 0.5, 0.84, 0.92, 1]
  package static let firstInverse = 5

  package static var text: Markup {
    let light = colours.map { "--\($0.name):\($0.light);" }.joined()
    let dark = colours.map { "--\($0.name):\($0.dark);" }.joined()
    return Markup(
      markup: ":root{color-scheme:light dark;\(light)}\n"
        + "@media screen and (prefers-color-scheme:dark){:root{\(dark)}}\n" + rules + figures
        + shades.enumerated().map { index, opacity in
          ".shade-\(index){fill:var(--accent);fill-opacity:\(opacity)}"
        }.joined())
  }

  private static let rules = """
    *{box-sizing:border-box}
    html{scroll-behavior:smooth;scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,\
    "Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
    a{color:var(--accent)}
    a:focus-visible,summary:focus-visible,[tabindex]:focus-visible,input:focus-visible{outline:3px \
    solid var(--accent);outline-offset:2px;border-radius:4px}
    .skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:1rem;background:var(--panel);\
    padding:.5rem 1rem;z-index:2}
    .page{max-width:76rem;margin:0 auto;padding:1.25rem 1rem 3rem}
    header .over{color:var(--soft);font-size:.875rem;margin:0 0 .25rem}
    h1{font-size:clamp(1.55rem,1.1rem + 2vw,2.35rem);line-height:1.18;letter-spacing:-.015em;\
    margin:.1em 0 .35em;text-wrap:balance;max-width:40rem}
    h2{font-size:1.3rem;line-height:1.25;margin:0 0 .4rem;letter-spacing:-.01em}
    h3{font-size:1rem;margin:1.4rem 0 .5rem}
    p{margin:.4rem 0 .9rem;max-width:44rem}
    .lead{font-size:1.08rem;max-width:46rem}.note,.lede,figcaption,caption{color:var(--soft)}
    .note,figcaption,caption,.small{font-size:.875rem}
    .gain h1{color:var(--gain)}.loss h1{color:var(--loss)}
    nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem .9rem;padding:0;margin:.6rem 0 1.2rem}
    nav a{text-decoration:none;display:inline-block;padding:.2rem 0;font-size:.9375rem}
    nav a:hover{text-decoration:underline}
    section>:last-child,section>:last-child>:last-child{margin-bottom:0}
    section{background:var(--panel);border:1px solid var(--line);border-radius:12px;\
    padding:1.15rem 1.1rem;margin:0 0 1.1rem}
    .grid{display:grid;gap:1.2rem 1.6rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,16.5rem),1fr))}
    .pair{display:grid;gap:1.2rem 2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))}
    figure{margin:0;min-width:0}figure svg{display:block;width:100%;height:auto;max-width:27rem}
    figcaption{margin-top:.35rem}figcaption b,.paneltitle{color:var(--ink);font-size:.9375rem;font-weight:600}
    .paneltitle{margin:0 0 .2rem}
    .tiles{display:grid;gap:.7rem;grid-template-columns:repeat(2,minmax(0,1fr));\
    margin:.3rem 0 0;padding:0}
    .tiles div{background:var(--page);border-radius:9px;padding:.65rem .8rem}
    .tiles dt{color:var(--soft);font-size:.8125rem}.tiles dd{margin:0;font-size:1.5rem;\
    font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums;line-height:1.25}
    .tiles dd small{display:block;font-size:.8125rem;font-weight:400;letter-spacing:0;color:var(--soft)}
    .scroll{overflow-x:auto;margin:.2rem 0 .6rem;-webkit-overflow-scrolling:touch}
    table{border-collapse:collapse;font-size:.9375rem;font-variant-numeric:tabular-nums;min-width:100%}
    caption{text-align:left;padding:0 0 .4rem;white-space:normal}
    caption span{display:inline-block;max-width:min(44rem,calc(100vw - 4.5rem))}
    th,td{padding:.38rem .7rem .38rem 0;text-align:right;border-bottom:1px solid var(--line);\
    vertical-align:top;white-space:nowrap}
    th:last-child,td:last-child{padding-right:.2rem}
    th{font-weight:600}thead th{color:var(--soft);font-weight:500;font-size:.875rem;vertical-align:bottom}
    th:first-child,th[scope=row],.words th,.words td{text-align:left}.words th,.words td{white-space:normal}.words td,.words tbody th{min-width:5.5rem}
    .words th.number,.words td.number{text-align:right;white-space:nowrap;min-width:0}
    tr.final th,tr.final td{background:var(--tint)}td.best{font-weight:700}
    .chip{display:inline-block;width:.72em;height:.72em;border-radius:50%;margin-right:.5em}
    .c-probe{background:var(--probe)}.c-alignment{background:var(--alignment)}\
    .c-reconstruction{background:var(--reconstruction)}.c-fused,.c-heads{background:var(--accent)}\
    .c-image_only_ensemble,.c-image_only_control{background:var(--control)}
    .up{color:var(--gain)}.down{color:var(--loss)}
    details{margin:.6rem 0 0}summary{cursor:pointer;color:var(--accent);font-size:.9375rem;\
    padding:.25rem 0}details[open]>summary{margin-bottom:.4rem}
    pre{background:var(--page);border-radius:8px;padding:.8rem .9rem;overflow-x:auto;margin:.4rem 0 .9rem;\
    font:13.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap}
    code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
    .legend{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;list-style:none;margin:.3rem 0 .8rem;padding:0;\
    font-size:.9375rem}.legend li{display:flex;align-items:center;gap:.45rem}
    .legend svg.key{width:1.05em;height:1.05em;flex:none}
    .legend svg.stroke{width:1.9em;height:.7em;flex:none}
    .zoom{display:inline-flex;gap:.5rem;align-items:center;margin:.3rem 0 .6rem;font-size:.9375rem}
    .zoom input{width:1.1rem;height:1.1rem;accent-color:var(--accent)}
    .matrix{overflow:auto;max-height:92vh;border-radius:6px}
    .matrix svg{display:block;width:100%;max-width:46rem;height:auto}.named svg{min-width:30rem}
    #enlarge:checked~.matrix svg{width:var(--wide);max-width:none}.small-name{display:none}
    #enlarge:checked~.matrix .small-name{display:inline}
    .cards{display:grid;gap:1.4rem 2.2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr))}
    .card h3{margin:.1rem 0 .1rem}.card .note{margin:0 0 .5rem}
    footer{color:var(--soft);font-size:.875rem}
    @media (min-width:70rem){.columns{display:grid;grid-template-columns:11.5rem minmax(0,1fr);gap:2rem}\
    nav{position:sticky;top:1rem;align-self:start}nav ul{flex-direction:column;gap:.05rem;margin:0}\
    section{padding:1.5rem 1.7rem}.page{padding-top:2.2rem}}
    @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
    @media print{body{font-size:11pt;background:#fff}.page{max-width:none;padding:0}nav,.skip,.zoom,#enlarge{display:none}\
    section{border:0;padding:0;margin:0 0 1.5rem;break-inside:auto}figure,table,.card,.tiles{break-inside:avoid}\
    h2,h3,.lede,.legend{break-after:avoid}details::details-content{content-visibility:visible;height:auto}\
    details.long{display:none}.scroll,.matrix{overflow:visible;max-height:none}\
    *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}

    """

  private static let figures = """
    svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;\
    fill:var(--ink);font-variant-numeric:tabular-nums}
    svg .tick,svg .unit{fill:var(--soft);font-size:11px}svg .name{font-size:12px}svg .small-name{font-size:4px}
    svg .branch{font-weight:600;font-size:12.5px}svg .right{font-weight:700;fill:var(--gain)}
    svg .halo{paint-order:stroke;stroke:var(--panel);stroke-width:4px;stroke-linejoin:round}
    path.grid{stroke:var(--grid);stroke-width:1;display:inline}
    path.axis{stroke:var(--soft);stroke-width:1}path.zero{stroke:var(--ink);stroke-width:1.4}
    path.ideal{stroke:var(--soft);stroke-width:1.3;stroke-dasharray:4 4}
    .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
    .s-first{stroke:var(--accent)}.s-second{stroke:var(--reconstruction);stroke-dasharray:5 4}
    .dot{stroke:none}.s-first.dot{fill:var(--accent)}.s-second.dot{fill:var(--reconstruction)}
    .whisker{stroke-width:2.4;stroke-linecap:round}
    .p-probe{stroke:var(--probe);fill:var(--probe)}.p-alignment{stroke:var(--alignment);fill:var(--alignment)}\
    .p-reconstruction{stroke:var(--reconstruction);fill:var(--reconstruction)}\
    .p-fused,.p-heads{stroke:var(--accent);fill:var(--accent)}\
    .p-image_only_ensemble,.p-image_only_control{stroke:var(--control);fill:var(--control)}
    rect.bar-right,rect.bar-other,text.branch{stroke:none}rect.bar-other{fill-opacity:.62}
    text.branch.p-probe{fill:var(--probe)}text.branch.p-alignment{fill:var(--alignment)}\
    text.branch.p-reconstruction{fill:var(--reconstruction)}text.branch.p-fused,text.branch.p-heads{fill:var(--accent)}
    .track{fill:var(--grid)}.spread{stroke:var(--ink);stroke-width:1.6}
    .bar{fill:var(--accent)}.gap-over,.gap-under{fill-opacity:.28;stroke-width:1.2}\
    .gap-over{fill:var(--reconstruction);stroke:var(--reconstruction)}\
    .gap-under{fill:var(--gain);stroke:var(--gain);fill-opacity:.5}.count{fill:var(--probe)}
    .won{fill:var(--gain)}.lost{fill:var(--loss)}
    .frame{fill:none;stroke:var(--line)}.field{fill:var(--page);stroke:var(--line)}
    svg text.cell{font-size:12px}svg text.inverse{fill:var(--on-accent)}
    .k-0{fill:var(--k0)}.k-1{fill:var(--k1)}.k-2{fill:var(--k2)}.k-3{fill:var(--k3)}.k-4{fill:var(--k4)}\
    .k-5{fill:var(--k5)}.k-6{fill:var(--k6)}.k-7{fill:var(--k7)}
    [class^=k-]{fill-opacity:.82;stroke:var(--panel);stroke-width:.7}
    """
}
