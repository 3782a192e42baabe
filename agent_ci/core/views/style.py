"""How the page looks, in light and in dark, and the one policy under which a browser may show it."""

from __future__ import annotations

import base64
import hashlib

CSS = """
:root{color-scheme:light dark;--page:#fff;--raised:#f6f8fa;--text:#1f2328;--quiet:#57606a;--line:#d0d7de;
--link:#0550ae;--good:#116329;--bad:#a40e26;--mixed:#7d4e00;--added:#dafbe1;--gone:#ffebe9;--bar:#57606a}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--raised:#161b22;--text:#e6edf3;--quiet:#9da7b3;
--line:#3d444d;--link:#79c0ff;--good:#56d364;--bad:#ff7b72;--mixed:#e3b341;--added:#12361f;--gone:#4a1c1f;--bar:#8b949e}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",
"DejaVu Sans",sans-serif}
header,nav,main,footer{max-width:64rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.5rem}
h1{margin:0;padding:.1rem 0 .1rem .8rem;border-left:.4rem solid var(--quiet);font-size:1.6rem;line-height:1.25}
.good h1{border-color:var(--good)}.bad h1{border-color:var(--bad)}.mixed h1{border-color:var(--mixed)}
h2{margin:2.2rem 0 .6rem;padding-bottom:.25rem;border-bottom:1px solid var(--line);font-size:1.25rem}
h3{margin:1.4rem 0 .4rem;font-size:1rem;overflow-wrap:anywhere}
p,li,dd,h1{overflow-wrap:anywhere}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
header nav{padding:0}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;margin:1rem 0 0;padding:0;list-style:none;font-size:.9rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.8rem 0;font-size:.9rem}
dt{color:var(--quiet)}dd{margin:0;min-width:0}
code,pre,.diff td,.diff th{font:.82rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
unicode-bidi:isolate}
code{overflow-wrap:anywhere}
pre,.scrolls{overflow-x:auto;border:1px solid var(--line);border-radius:6px;margin:.6rem 0}
pre{padding:.7rem .9rem;background:var(--raised);max-height:30rem}
table{border-collapse:collapse;width:100%;font-size:.88rem}
caption{padding:.45rem .7rem;text-align:left;color:var(--quiet);background:var(--raised);
border-bottom:1px solid var(--line);overflow-wrap:anywhere}
.wide th,.wide td{padding:.3rem .7rem;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
.wide thead th{border-top:0;color:var(--quiet);font-weight:600}
.wide tbody th{font-weight:400;overflow-wrap:anywhere;min-width:9rem}
.wide td{white-space:nowrap}
.diff{width:max-content;min-width:100%}
.diff th{width:3rem;padding:0 .5rem;color:var(--quiet);font-weight:400;text-align:right;user-select:none}
.diff thead th{text-align:left}.diff thead th:last-child{width:99%}
.diff td{padding:0 .7rem;white-space:pre}
.diff .added{background:var(--added)}.diff .gone{background:var(--gone)}
.diff .hunk td{color:var(--quiet);background:var(--raised)}
.diff .added th,.diff .gone th{color:var(--text)}
.word.good{color:var(--good)}.word.bad{color:var(--bad)}.word.mixed{color:var(--mixed)}
.word{font-weight:600}
.quiet{color:var(--quiet)}
.command{white-space:pre-wrap;overflow-wrap:anywhere}
.rule{display:inline-block;margin-right:.4rem;
padding:0 .45rem;border:1px solid var(--line);border-radius:1rem;font-size:.8rem}
svg{display:block;width:100%;min-width:5rem;height:.7rem;margin:.35rem 0}
rect{fill:var(--bar)}
footer{margin-top:2.5rem;padding-bottom:2rem;color:var(--quiet);font-size:.85rem}
@media (max-width:36rem){h1{font-size:1.3rem}dl{grid-template-columns:1fr;gap:0}dd{margin:0 0 .4rem}
.diff th{width:2rem;padding:0 .3rem}}
@media print{nav{display:none}pre{max-height:none}}
"""

_DIGEST = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
"""Nothing is loaded, nothing is sent, no script runs, and only the style above applies."""
