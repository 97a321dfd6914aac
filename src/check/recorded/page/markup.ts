/** What no page can hold: control characters but tab and line feed, halves of a pair, two code points that are none. */
const isUnfit = (code: number): boolean =>
  (code < 32 && code !== 9 && code !== 10) || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff;

/** Text or an attribute of HTML and SVG. What neither can hold is replaced. */
export const escaped = (text: string): string =>
  Array.from(text, (letter) => (isUnfit(letter.codePointAt(0) as number) ? "\ufffd" : letter))
    .join("")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");

/** A text cut to so many characters. */
export const cutTo = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, Math.max(1, length - 1))}…`;

/** The style of the page: light or dark as the reader has it. */
export const pageStyle: string = `
:root{--paper:#fff;--ink:#1b2430;--faint:#5c6675;--line:#d5dae1;--lane:#8c95a3;--bar:#c9d7ee;--edge:#1f5fbf;
--other:#eceff4;--bad:#c0262d;--badfill:#f9d9da;--good:#1a7f37;--unsure:#8a5a00}
@media(prefers-color-scheme:dark){:root{--paper:#14181f;--ink:#e6ebf2;--faint:#a3adbb;--line:#323a46;--lane:#7d8899;
--bar:#223a5e;--edge:#79b0ff;--other:#222831;--bad:#ff8086;--badfill:#4a2226;--good:#56d364;--unsure:#e3b341}}
body{background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1180px;padding:0 1rem}
h1{font-size:1.4rem;margin:0 0 .3rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:2rem 0 .5rem}
p{margin:.4rem 0;max-width:75ch;overflow-wrap:anywhere}.faint{color:var(--faint)}
.verdict{font-weight:700}.holds{color:var(--good)}.violated{color:var(--bad)}.unknown{color:var(--unsure)}
.figure{overflow-x:auto;border:1px solid var(--line);border-radius:6px;margin:.6rem 0}svg{display:block}
table{border-collapse:collapse;font-size:13px}th,td{text-align:left;padding:.2rem .7rem .2rem 0;border-bottom:1px solid var(--line);vertical-align:top}
td.op{font-family:ui-monospace,monospace;overflow-wrap:anywhere}tr.bad td{color:var(--bad)}
summary{cursor:pointer;font-weight:600;margin:.5rem 0}ol{padding-left:1.4rem}
svg text{fill:var(--ink);font:12px ui-monospace,monospace}svg .faint{fill:var(--faint)}
.lane{stroke:var(--line)}.bar{fill:var(--bar);stroke:var(--edge)}.other{fill:var(--other);stroke:var(--lane)}
.bad{fill:var(--badfill);stroke:var(--bad)}svg text.badtext{fill:var(--bad);font-weight:700}
a{color:var(--edge)}
.point{fill:var(--good)}.gap{stroke:var(--lane);stroke-dasharray:2 4}
`;
