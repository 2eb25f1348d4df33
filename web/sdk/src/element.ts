// One element of a shop's page: a frame in the place that the shop chose, its events, its state as classes.
// Deliberately absent: values. The page learns whether something is complete, never what was typed.

import type { Elements } from './elements';
import { Emitter } from './emitter';
import { allow, frameOf, placeOf, SILENT, style, type Frame } from './frame';

/** What has a frame, and what the frame is called. */
const TITLES: Readonly<Record<string, string>> = {
  payment: 'payment', card: 'card payment', cardNumber: 'card number', cardExpiry: 'expiration date', cardCvc: 'CVC',
};
/** Wallets that no browser offers here: ready, with nothing to show, so that shops hide the place. */
const WALLETS = ['expressCheckout', 'paymentRequestButton'];
/** What the shop hears of as the frame says it. */
const TOLD = ['ready', 'change', 'focus', 'blur', 'escape', 'networkschange'];
/**
 * Fields are one line, as high as its text; the payment element is as high as a card form, so that nothing moves when it arrives, and
 * wider than its place by the room for a focus ring, which the frame's own margin gives.
 */
const FORM = { height: '168px', margin: '-4px', 'min-width': 'calc(100% + 8px)' };

const FRESH: ElementState = { empty: true, complete: false };

export const isSplit = (type: string): boolean => /^card(Number|Expiry|Cvc)$/.test(type);

export interface ElementState {
  empty?: boolean;
  complete?: boolean;
  error?: { message: string };
  value?: { type?: string };
}

export class Element extends Emitter {
  frame: Frame | null = null;
  state: ElementState = FRESH;
  private place: HTMLElement | null = null;
  private label: HTMLElement | null = null;
  private isDestroyed = false;
  private hasFocus = false;

  constructor(readonly _elementType: string, private options: any, readonly elements: Elements) {
    super();
  }

  mount(target: string | HTMLElement): this {
    if (this.isDestroyed) throw new Error('This Element has already been destroyed. Please create a new one.');
    const place = placeOf(target);
    if (this.place === place && this.frame?.element.isConnected) return this;
    this.unmount();
    this.place = place;
    if (TITLES[this._elementType]) this.show(place);
    else this.decline();
    return this;
  }

  private show(place: HTMLElement): void {
    const type = this._elementType;
    const frame = frameOf('/v3/frames/field', { kind: type, pk: this.elements.client.key }, `Secure ${TITLES[type]} input frame`);
    this.frame = frame;
    allow(frame.element);
    style(frame.element, { 'color-scheme': this.elements.scheme(type), ...(type === 'payment' ? FORM : { height: '1.2em' }) });
    frame.hello = () => {
      frame.send('init', { group: this.elements.shared(type), options: plain(this.options) });
      this.emit('loaderstart', { elementType: type });
    };
    frame.heard = (t, p) => this.heard(t, p);
    frame.silent = () => this.emit('loaderror', { elementType: type, ...SILENT });
    place.replaceChildren(frame.element);
    this.mark();
    this.label = (place.id && document.querySelector<HTMLElement>(`label[for="${CSS.escape(place.id)}"]`)) || place.closest('label');
    this.label?.addEventListener('click', this.labelled);
  }

  private readonly labelled = (): void => void this.focus();

  /** What has no frame renders nothing and says so, without taking the page around it down. */
  private decline(): void {
    const elementType = this._elementType;
    queueMicrotask(() => {
      if (WALLETS.includes(elementType)) return this.emit('ready', { elementType, availablePaymentMethods: undefined });
      this.emit('loaderror', { elementType, ...this.elements.client.notSupported(`${elementType} elements`) });
    });
  }

  private heard(t: string, p: any): void {
    if (t === 'height') this.frame?.fit(p);
    else if (t === 'enter') this.enter();
    else if (t === 'remove') void this.elements.removeSaved(this, p.id);
    else if (t === 'advance' || t === 'retreat') this.elements.move(this, t);
    if (!TOLD.includes(t)) return;
    if (t === 'focus' || t === 'blur') this.hasFocus = t === 'focus';
    if (t === 'change') {
      this.state = p;
      this.elements.changed(this, p);
    }
    this.mark();
    this.emit(t, { elementType: this._elementType, ...p });
  }

  /** The Enter key does in a frame what it does in the form around it. */
  private enter(): void {
    const form = this.place?.closest('form');
    const button = form?.querySelector<HTMLButtonElement>('button:not([type]),[type=submit]');
    if (form && !button?.disabled) form.requestSubmit();
  }

  private mark(): void {
    const { complete, empty, error: invalid } = this.state;
    for (const [state, isOn] of Object.entries({ base: true, complete, empty, focus: this.hasFocus, invalid })) {
      const name = this.options.classes?.[state] || `StripeElement${state === 'base' ? '' : `--${state}`}`;
      for (const one of String(name).split(/\s+/)) this.place?.classList.toggle(one, Boolean(isOn));
    }
  }

  unmount(): this {
    this.frame?.remove();
    this.frame = null;
    this.label?.removeEventListener('click', this.labelled);
    this.place = null;
    this.state = FRESH;
    return this;
  }

  destroy(): this {
    this.unmount();
    this.isDestroyed = true;
    this.elements.drop(this);
    return this;
  }

  update(options: object): this {
    this.options = { ...this.options, ...options };
    this.frame?.send('update', plain(options));
    return this;
  }

  focus(): this {
    this.frame?.element.focus();
    this.frame?.send('focus');
    return this;
  }

  blur(): this {
    this.frame?.send('blur');
    return this;
  }

  clear(): this {
    this.frame?.send('clear');
    return this;
  }

  collapse(): this {
    return this;
  }
}

/** What can be posted: functions and DOM nodes stay behind. */
export function plain<T>(options: T): T {
  return JSON.parse(JSON.stringify(options ?? {}));
}
