// Elements made with the DOM's own calls, so that no text ever becomes markup and Trusted Types have nothing to object to.
// Deliberately absent: rendering and diffing. The frames build their few elements once and change them in place.

type Attributes = Record<string, string | number | boolean | null | undefined>;
type Child = Node | string | null | undefined | false;

function filled<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag, attributes: Attributes = {}, ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  return filled(document.createElement(tag), attributes, children);
}

export type Shape = readonly [tag: string, attributes: Readonly<Record<string, string | number>>, text?: string];

/** A drawing. It is silent for screen readers unless it has a label. */
export function svg(viewBox: string, shapes: readonly Shape[], attributes: Attributes = {}): SVGSVGElement {
  const space = 'http://www.w3.org/2000/svg';
  const children = shapes.map(([tag, own, text]) => filled(document.createElementNS(space, tag), own, [text]));
  const common = { viewBox, focusable: 'false', 'aria-hidden': 'true' };
  return filled(document.createElementNS(space, 'svg') as SVGSVGElement, { ...common, ...attributes }, children);
}

/** Sets or takes away the state classes of a thing: `Input--invalid` for the state `invalid`. */
export function mark(element: Element, name: string, states: Readonly<Record<string, boolean>>): void {
  for (const [state, is] of Object.entries(states)) element.classList.toggle(`${name}--${state}`, is);
}
