// One element of a shop's page: a frame in the place that the shop chose, its events, its state as classes.
// Deliberately absent: values. The page learns whether something is complete, never what was typed.

import type { Elements } from './elements';
import { Emitter } from './emitter';
import { allow, Frame, placeOf, SILENT, style } from './frame';

/** What has a frame. */
const TITLES: Readonly<Record<string, string>> = {
  payment: 'Secure payment input frame',
  card: 'Secure card payment input frame',
  cardNumber: 'Secure card number input frame',
  cardExpiry: 'Secure expiration date input frame',
  cardCvc: 'Secure CVC input frame',
};
/** Wallets that no browser offers here: ready, with nothing to show, so that shops hide the place. */
const WALLETS = ['expressCheckout', 'paymentRequestButton'];
/** One line as high as its text; the payment element as high as a card form, so that nothing moves when it arrives. */
const PAYMENT_HEIGHT = '168px';
/** Room for a focus ring, which the frame's own margin gives. */
const RING = '4px';

export const isSplit = (type: string): boolean => /^card(Number|Expiry|Cvc)$/.test(type);

export interface ElementState {
  empty?: boolean;
  complete?: boolean;
  error?: { message: string };
  value?: { type?: string };
}

export class Element extends Emitter {
  frame: Frame | null = null;
  state: ElementState = { empty: true, complete: false };
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
    const frame = new Frame('/v3/frames/field', { kind: type, pk: this.elements.client.key }, TITLES[type] ?? '');
    this.frame = frame;
    allow(frame.element);
    const isPayment = type === 'payment';
    style(frame.element, { height: isPayment ? PAYMENT_HEIGHT : '1.2em', 'color-scheme': this.elements.scheme(type) });
    if (isPayment) style(frame.element, { margin: `-${RING}`, 'min-width': `calc(100% + 2*${RING})` });
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
      const message = `Florin has no element of the type ${elementType}. Nothing is shown in its place.`;
      this.emit('loaderror', { elementType, error: { type: 'invalid_request_error', code: 'not_supported', message } });
    });
  }

  private heard(t: string, p: any): void {
    const event = { elementType: this._elementType, ...p };
    switch (t) {
      case 'height':
        return this.frame?.fit(p);
      case 'change':
        this.state = p;
        this.mark();
        this.elements.changed(this, p);
        return this.emit('change', event);
      case 'focus':
      case 'blur':
        this.hasFocus = t === 'focus';
        this.mark();
        return this.emit(t, event);
      case 'enter':
        return this.enter();
      case 'remove':
        return void this.elements.removeSaved(this, p.id);
      case 'advance':
      case 'retreat':
        return this.elements.move(this, t);
      case 'ready':
      case 'escape':
      case 'networkschange':
        return this.emit(t, event);
      default:
    }
  }

  /** The Enter key does in a frame what it does in the form around it. */
  private enter(): void {
    const form = this.place?.closest('form');
    const button = form?.querySelector<HTMLButtonElement>('button:not([type]),[type=submit]');
    if (form && !button?.disabled) form.requestSubmit();
  }

  private mark(): void {
    const names = { base: '', complete: '--complete', empty: '--empty', focus: '--focus', invalid: '--invalid' };
    const { complete, empty, error } = this.state;
    const states = { base: true, complete, empty, focus: this.hasFocus, invalid: error };
    for (const [state, suffix] of Object.entries(names)) {
      const name = this.options.classes?.[state] || `StripeElement${suffix}`;
      for (const one of String(name).split(/\s+/)) this.place?.classList.toggle(one, Boolean(states[state as keyof typeof states]));
    }
  }

  unmount(): this {
    this.frame?.remove();
    this.frame = null;
    this.label?.removeEventListener('click', this.labelled);
    this.place = null;
    this.state = { empty: true, complete: false };
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
