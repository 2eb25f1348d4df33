// The frames' own look, in `@layer base` so that the rules of a shop win, as constructed style sheets so that a frame's policy
// needs no inline style. Deliberately absent: colours and sizes, which are variables of the theme (pay-core's appearance).

const RESET = `
*,::before,::after{box-sizing:border-box}
html{font-family:var(--font-family);font-size:var(--font-size-base);line-height:var(--font-line-height);-webkit-text-size-adjust:100%}
body{margin:0;background:transparent;color:var(--color-text);overflow:hidden}
[hidden]{display:none!important}
.Hidden{position:absolute;width:1px;height:1px;margin:-1px;padding:0;overflow:hidden;clip-path:inset(50%);white-space:nowrap;border:0}
p,ul{margin:0;padding:0}
button{font:inherit;color:inherit;text-align:inherit;background:none;border:0;cursor:pointer}
svg{display:block}
`;

const INPUT = `
.Input{display:block;width:100%;min-width:0;margin:0;font:inherit;font-weight:var(--font-weight-normal);color:var(--color-text);
 caret-color:var(--color-primary);background:transparent;border:0;outline:0;border-radius:0;padding:0;appearance:none;direction:ltr;
 text-align:start;font-variant-numeric:tabular-nums}
.Input::placeholder{color:var(--color-text-placeholder);opacity:1}
.Input:disabled{opacity:.6;cursor:not-allowed}
.Input--invalid{color:var(--color-danger)}
.Icon{flex:none;width:24px;height:16px;color:var(--color-text-placeholder);pointer-events:none}
.Icon--invalid{color:var(--color-danger)}
`;

/** The payment element: labels, boxes, tabs. Its edges leave room for the focus ring, which the page's margin takes back. */
const PAYMENT = `
#root{padding:4px}
.Grid{display:grid;grid-template-columns:1fr 1fr;gap:var(--grid-row-spacing) var(--grid-column-spacing)}
.Field{min-width:0;position:relative}
.Field--number,.Field--saved{grid-column:1/-1}
.Label{display:block;font-size:.875em;font-weight:var(--font-weight-medium);color:var(--color-text);margin:0 0 6px}
.Box{position:relative;display:flex;align-items:center;direction:ltr}
.Box .Input{min-height:46px;padding:11px 13px;background:var(--color-background);border:1px solid var(--color-border);
 border-radius:var(--border-radius);box-shadow:var(--shadow-input);transition:border-color .14s ease,box-shadow .14s ease}
.Box .Icon{position:absolute;inset-inline-end:13px;top:50%;transform:translateY(-50%);width:30px;height:20px;z-index:2}
.Box .Icon--row{display:flex;gap:5px;width:auto}
.Networks{position:absolute;right:9px;top:50%;transform:translateY(-50%);display:flex;gap:3px;z-index:2}
.Network{display:grid;place-items:center;width:40px;height:30px;padding:0;border:1.5px solid transparent;border-radius:6px}
.Network svg{width:30px;height:20px}
.Network--selected{border-color:var(--color-primary)}
.Network:disabled{opacity:.6;cursor:not-allowed}
.Network:focus-visible{outline:2px solid var(--color-primary);outline-offset:1px}
.Networks:not([hidden])~.Icon{display:none}
.Icon--row svg{width:30px;height:20px}
@media (max-width:299px){.Icon--row svg:not(:first-child){display:none}}
.Field--number .Input,.Field--cvc .Input{padding-inline-end:54px}
.Box .Input:hover{border-color:var(--color-border-strong)}
.Box .Input:focus{border-color:var(--color-primary);box-shadow:0 0 0 3px color-mix(in srgb,var(--color-primary) 24%,transparent)}
.Box .Input--invalid,.Box .Input--invalid:hover{border-color:var(--color-danger)}
.Box .Input--invalid:focus{border-color:var(--color-danger);box-shadow:0 0 0 3px color-mix(in srgb,var(--color-danger) 22%,transparent)}
.Box .Input:autofill{-webkit-text-fill-color:var(--color-text);box-shadow:inset 0 0 0 60px color-mix(in srgb,var(--color-primary) 9%,var(--color-background))}
.Error{display:flex;gap:6px;align-items:flex-start;font-size:.8125em;line-height:1.35;color:var(--color-danger);margin-top:6px}
.Error:empty{display:none}
.Error svg{flex:none;width:14px;height:14px;margin-top:2px}
[data-labels=floating] .Label{position:absolute;z-index:1;inset-inline-start:14px;top:15px;margin:0;pointer-events:none;font-size:1em;
 font-weight:var(--font-weight-normal);color:var(--color-text-placeholder);transform-origin:0 0;line-height:1.4;transition:transform .14s ease}
[data-labels=floating] .Label--floating{transform:translateY(-8px) scale(.75)}
[dir=rtl] [data-labels=floating] .Label{transform-origin:100% 0}
[data-labels=floating] .Input{padding-top:22px;padding-bottom:6px;min-height:54px}
[data-labels=floating] .Input:not(:focus)::placeholder{color:transparent}
[data-inputs=condensed] .Grid{gap:0;direction:ltr}
[data-inputs=condensed] .Grid .Input{box-shadow:none;border-radius:0}
[data-inputs=condensed] .Grid .Field--number .Input{border-radius:var(--border-radius) var(--border-radius) 0 0}
[data-inputs=condensed] .Grid .Field--expiry .Input{border-bottom-left-radius:var(--border-radius);margin-top:-1px}
[data-inputs=condensed] .Grid .Field--cvc .Input{border-bottom-right-radius:var(--border-radius);margin-top:-1px;margin-left:-1px;width:calc(100% + 1px)}
[data-inputs=condensed][data-labels=above] .Field:not(.Field--number) .Label{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[data-inputs=condensed][data-labels=above] .Grid{position:relative}
[data-inputs=condensed][data-labels=above] .Field{display:contents}
[data-inputs=condensed][data-labels=above] :is(.Field--number>.Label,.Field--number>.Box,.Error){grid-column:1/-1}
[data-inputs=condensed][data-labels=above] .Error{order:1}
[data-inputs=condensed] .Grid .Input:focus,[data-inputs=condensed] .Grid .Input--invalid{position:relative;z-index:1}
[data-still] *{transition:none!important;animation:none!important}
@media (prefers-reduced-motion:reduce){*{transition:none!important;animation:none!important}}
@media (max-width:239px){.Grid{grid-template-columns:1fr}}
`;

const METHODS = `
.Tabs{display:grid;grid-template-columns:repeat(auto-fit,minmax(104px,1fr));gap:var(--tab-spacing);margin-bottom:var(--grid-row-spacing)}
.Tab,.AccordionItem,.PickerItem{background:var(--color-background);border:1px solid var(--color-border);border-radius:var(--border-radius);
 box-shadow:var(--shadow-input);outline:0;transition:border-color .14s ease,box-shadow .14s ease}
.Tab{padding:10px 12px;min-height:62px;display:grid;align-content:start;justify-items:start;color:var(--color-text-secondary)}
.Tab:hover{color:var(--color-text);border-color:var(--color-border-strong)}
.Tab:focus-visible,.AccordionButton:focus-visible,.PickerItem:focus-within{box-shadow:0 0 0 3px color-mix(in srgb,var(--color-primary) 30%,transparent);border-color:var(--color-primary);outline:0}
.Tab--selected,.Tab--selected:hover{border-color:var(--color-primary);box-shadow:0 0 0 1px var(--color-primary);color:var(--color-primary)}
:is(.Tab,.AccordionButton):disabled{opacity:.6;cursor:not-allowed}
.TabIcon{width:20px;height:20px;margin-bottom:4px}
.TabLabel{display:block;font-size:.875em;font-weight:var(--font-weight-medium);line-height:1.3;overflow-wrap:anywhere}
.AccordionItem{border-radius:0;border-bottom-width:0;box-shadow:none}
.AccordionItem:first-child{border-start-start-radius:var(--border-radius);border-start-end-radius:var(--border-radius)}
.AccordionItem:last-child{border-bottom-width:1px;border-end-start-radius:var(--border-radius);border-end-end-radius:var(--border-radius)}
.AccordionButton{display:flex;gap:12px;align-items:center;width:100%;min-height:52px;padding:12px 14px;border-radius:var(--border-radius);
 font-size:.9375em;font-weight:var(--font-weight-medium);color:var(--color-text-secondary)}
.AccordionButton .TabIcon{margin:0}
.AccordionItem--selected .AccordionButton{color:var(--color-text)}
.RadioIcon{flex:none;width:18px;height:18px;color:var(--color-border-strong)}
.AccordionItem--selected .RadioIcon{color:var(--color-primary)}
.AccordionPanel{padding:2px 14px 16px}
.Block{display:flex;gap:12px;align-items:center;padding:14px;border:1px solid var(--color-border);border-radius:var(--border-radius);
 background:var(--color-background);color:var(--color-text-secondary);font-size:.9375em}
.AccordionPanel .Block{border:0;padding:4px 0}
.Block .TabIcon{flex:none;width:24px;height:24px;margin:0}
.Picker{display:grid;gap:var(--tab-spacing);border:0;margin:0 0 var(--grid-row-spacing);padding:0}
.PickerItem{display:flex;gap:12px;align-items:center;min-height:48px;padding:10px 14px;cursor:pointer;font-size:.9375em}
.PickerItem input{appearance:none;width:18px;height:18px;margin:0;flex:none;border:1.5px solid var(--color-border-strong);border-radius:50%;outline:0}
.PickerItem input:checked{border:6px solid var(--color-primary)}
.PickerItem--selected{border-color:var(--color-primary)}
.PickerItem .Icon{width:30px;height:20px;color:var(--color-text-secondary)}
.PickerItem small{margin-inline-start:auto;color:var(--color-text-secondary);font-size:.875em}
.PickerRow{position:relative}
.PickerItem--removable{padding-inline-end:54px}
.PickerItem+.PickerAction{position:absolute;inset-inline-end:4px;top:2px;display:grid;place-items:center;width:44px;height:44px}
.PickerAction{padding:6px 10px;min-height:36px;border-radius:var(--border-radius);color:var(--color-text-secondary)}
.PickerAction:hover{color:var(--color-text)}
.PickerAction:focus-visible{outline:2px solid var(--color-primary);outline-offset:-2px}
.PickerAction:disabled{opacity:.6;cursor:progress}
.Picker:disabled :is(.PickerItem,.PickerAction){opacity:.6;cursor:not-allowed}
.PickerAction--negative,.PickerItem+.PickerAction:hover{color:var(--color-danger)}
.PickerAction svg{width:20px;height:20px}
.PickerItem--negative{justify-content:space-between;padding-block:5px;padding-inline:4px;cursor:default}
.Checkbox{display:flex;gap:10px;align-items:flex-start;margin-top:var(--grid-row-spacing);font-size:.875em}
.CheckboxInput{flex:none;width:20px;height:20px;margin:0;accent-color:var(--color-primary)}
.CheckboxInput:focus-visible{outline:2px solid var(--color-primary);outline-offset:2px}
.CheckboxLabel{color:var(--color-text);cursor:pointer}
.Checkbox small{display:block;color:var(--color-text-secondary);font-size:.9375em}
.Skeleton{height:46px;border-radius:var(--border-radius);background:color-mix(in srgb,var(--color-text) 8%,transparent);animation:pulse 1.2s ease-in-out infinite alternate}
.Skeleton--label{height:14px;width:34%;margin:3px 0 8.6px}
@keyframes pulse{to{opacity:.5}}
`;

/** One line without a box: the page's own element is the box. */
const LINE = `
.Grid{display:flex;align-items:center;gap:.6em;line-height:1.2}
.Field{flex:none;min-width:0}
.Field--number{flex:1 1 auto;display:flex;gap:.6em;align-items:center}
.Box{display:contents}
.Field--expiry{width:5em}
.Field--cvc{width:3em}
.Input{line-height:1.2;height:1.2em}
.Icon{height:1em;width:1.5em;order:-1}
[data-kind=cardNumber] .Field,[data-kind=cardExpiry] .Field,[data-kind=cardCvc] .Field{flex:1;width:auto}
@media (max-width:299px){
 [data-kind=card] .Grid{gap:.35em}
 [data-kind=card] .Field--expiry{width:4.4em}
 [data-kind=card] .Field--cvc{width:2.7em}
 [data-kind=card] .Icon{display:none}
}
`;

/** The style sheet that a kind of frame begins with. */
export function baseSheet(kind: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  const own = kind === 'payment' ? PAYMENT + METHODS : LINE;
  sheet.replaceSync(`@layer base{${RESET}${INPUT}${own}}`);
  return sheet;
}
