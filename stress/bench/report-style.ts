/** Of the page, light and dark. */
export const STYLE = `
:root { color-scheme: light dark; --ours: #d9480f; --other: #868e96; --met: #2b8a3e; --not-met: #c92a2a; --line: #8884; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.2rem; font-size: 1.15rem; } h3 { font-size: 1rem; margin-bottom: .3rem; }
table { border-collapse: collapse; } td, th { padding: .25rem .8rem .25rem 0; text-align: left; border-bottom: 1px solid var(--line);
  font-variant-numeric: tabular-nums; vertical-align: top; }
svg { max-width: 100%; height: auto; } svg text { font: 13px system-ui, sans-serif; fill: currentColor; }
.ours { fill: var(--ours); } .other { fill: var(--other); } .spread { stroke: currentColor; stroke-width: 2; opacity: .7; }
.axis { stroke: var(--line); } .line { fill: none; stroke-width: 2; }
.line.sold { stroke: var(--met); } .line.queued { stroke: var(--ours); }
svg text.sold { fill: var(--met); } svg text.queued { fill: var(--ours); }
.met { color: var(--met); } .not-met { color: var(--not-met); font-weight: 600; } .not-measured { opacity: .6; }
.warning { color: var(--not-met); font-weight: 600; }
`;
