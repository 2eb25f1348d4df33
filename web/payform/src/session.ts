// What the page knows and does: one view that changes, and the few things that a buyer can do with it.
// Everything that waits or leaves the page comes in as a port, so that tests decide when. Deliberately absent: the DOM.

import { RETRY_PAUSES_MS } from '@florin/pay-core/retry';

import type { Answer, Requests } from './requests';
import type { State } from './state';

export type Phase = 'idle' | 'updating' | 'paying' | 'leaving' | 'cancelling';
export type NoticeKind = 'amount_changed' | 'unreachable' | 'busy' | 'failed' | 'invalid' | 'sold_out';

export interface View {
  state: State;
  phase: Phase;
  /** What stands above the button. `count` tells two equal ones apart, so that the second is spoken, too. */
  notice: { kind: NoticeKind; param: string | null; count: number } | null;
  /** How often a payment was refused while this page was open. */
  declines: number;
  isOffline: boolean;
  /** The session is not there any more. */
  isGone: boolean;
  /** Somebody pressed the button in this tab, or came back to it while a payment was under way. */
  isPaidHere: boolean;
}

/** Whether the buyer can do something. What is done while a change is on its way waits for it. */
export const isReady = ({ phase }: View) => phase === 'idle' || phase === 'updating';

/** What is sent to change something that is not paid yet. */
export type Change = Readonly<Record<string, unknown>>;

/** What is sent when the button is pressed, without the attempt and the amount. */
export type Order = Readonly<Record<string, unknown>>;

export interface Ports {
  requests: Requests;
  leave(url: string): void;
  wait(ms: number): Promise<void>;
  newAttempt(): string;
}

export interface Session {
  view(): View;
  subscribe(listener: () => void): () => void;
  /** `seen` is the total that the buyer agreed to; without it, the one that the page shows now. */
  pay(order: Order, seen?: number): Promise<void>;
  /** One change after the other. A function makes it of the state at the moment when it is sent, and may find nothing to change. */
  update(change: Change | ((state: State) => Change | undefined)): Promise<boolean>;
  cancel(): Promise<void>;
  refresh(): Promise<void>;
  retry(): Promise<void>;
  apply(state: State): void;
  setOffline(isOffline: boolean): void;
  /** The page came back out of the browser's memory, as after the back button. */
  resume(): void;
}

/** Whether a payment is under way. */
const isUnderWay = (state: State) =>
  state.payment?.status === 'processing' || state.payment?.status === 'requires_action';

class PageSession implements Session {
  private current: View;
  private readonly listeners = new Set<() => void>();
  /** The attempt whose outcome is not known yet. It is kept, because the server may have it already. */
  private pending: { attempt: string; order: Order; seen: number } | null = null;
  /** The last change that was asked for. */
  private updating = Promise.resolve(true);
  private notices = 0;

  constructor(
    initial: State,
    private readonly ports: Ports,
  ) {
    const isPaidHere = initial.status === 'complete' || isUnderWay(initial);
    this.current = {
      state: initial, phase: 'idle', notice: null, declines: 0, isOffline: false, isGone: false, isPaidHere,
    };
  }

  view = () => this.current;

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  private set(change: Partial<View>) {
    this.current = { ...this.current, ...change };
    for (const listener of this.listeners) listener();
  }

  private tell(kind: NoticeKind, param: string | null = null) {
    this.notices += 1;
    this.set({ notice: { kind, param, count: this.notices } });
  }

  apply = (state: State) => {
    this.set({ state, isOffline: false, isPaidHere: this.current.isPaidHere || isUnderWay(state) });
  };

  setOffline = (isOffline: boolean) => this.set({ isOffline });

  refresh = async () => {
    const answer = await this.ports.requests.read();
    if (answer.kind === 'state') this.apply(answer.state);
    else if (answer.kind === 'unreachable') this.set({ isOffline: true });
    else if (answer.kind === 'refused' && answer.status === 404) this.set({ isGone: true });
  };

  /** A second press while the first one is under way does nothing. */
  // What the buyer saw when pressing: an update that is still on its way may change it.
  pay = async (order: Order, seen = this.current.state.amounts.total) => {
    // While one change is waited for, the next one may be asked for.
    for (let last; last !== this.updating; await last) last = this.updating;
    if (this.current.phase !== 'idle') return;
    this.set({ phase: 'paying', notice: null });
    const attempt = this.pending?.attempt ?? this.ports.newAttempt();
    this.pending = { attempt, order, seen };
    const body = { attempt, expected_amount: seen, ...order };
    const answer = await this.sendUntilAnswered(body);
    if (answer.kind === 'unreachable' || answer.kind === 'under_way') {
      this.set({ phase: 'idle', isOffline: answer.kind === 'unreachable' });
      this.tell('unreachable');
      return;
    }
    this.pending = null;
    if (answer.kind === 'refused') await this.takeRefusal(answer);
    else this.takeOutcome(answer.state);
  };

  /** The same press again, with the same attempt, until somebody answers or it has taken too long. */
  private async sendUntilAnswered(body: unknown): Promise<Answer> {
    let answer = await this.ports.requests.send('confirm', body);
    for (const ms of RETRY_PAUSES_MS) {
      if (answer.kind !== 'unreachable' && answer.kind !== 'under_way') break;
      this.set({ isOffline: answer.kind === 'unreachable' });
      await this.ports.wait(ms);
      answer = await this.ports.requests.send('confirm', body);
    }
    return answer;
  }

  private takeOutcome(state: State) {
    this.apply(state);
    const payment = state.payment;
    if (payment?.error) {
      this.set({ phase: 'idle', declines: this.current.declines + 1 });
    } else if (state.status === 'open' && payment?.action?.kind === 'redirect') {
      this.set({ phase: 'leaving', isPaidHere: true });
      this.ports.leave(payment.action.url);
    } else {
      this.set({ phase: 'idle', isPaidHere: true });
    }
  }

  private async takeRefusal({ status, code, param }: Answer & { kind: 'refused' }) {
    const before = this.current.state.amounts.total;
    if (code === 'amount_changed' || param === 'expected_amount' || status === 409) await this.refresh();
    const { state } = this.current;
    this.set({ phase: 'idle', isGone: this.current.isGone || status === 404 });
    if (state.status !== 'open' || this.current.isGone) return;
    if (code === 'amount_changed' || param === 'expected_amount' || state.amounts.total !== before) {
      this.tell('amount_changed');
    } else if (status === 429) this.tell('busy');
    else if (code === 'payment_link_sold_out') this.tell('sold_out');
    else if (status === 400 && param) this.tell('invalid', param);
    else this.tell('failed');
  }

  /** Changes something that is not paid yet. Says whether it worked. */
  update: Session['update'] = (change) => (this.updating = this.updating.then(() => this.send(change)));

  private async send(change: Parameters<Session['update']>[0]): Promise<boolean> {
    if (this.current.phase !== 'idle') return false;
    const body = typeof change === 'function' ? change(this.current.state) : change;
    if (!body) return true;
    this.set({ phase: 'updating', notice: null });
    return this.ask('update', body);
  }

  /** Gives up the open action. */
  cancel = async () => {
    if (this.current.phase !== 'idle' && this.current.phase !== 'leaving') return;
    this.set({ phase: 'cancelling', notice: null });
    await this.ask('cancel', {});
  };

  private async ask(verb: 'update' | 'cancel', body: unknown): Promise<boolean> {
    const answer = await this.ports.requests.send(verb, body);
    this.set({ phase: 'idle' });
    if (answer.kind === 'state') {
      this.apply(answer.state);
      return true;
    }
    if (answer.kind === 'unreachable') {
      this.set({ isOffline: true });
      return false;
    }
    if (answer.kind === 'under_way') return false;
    if (answer.status === 409 || answer.status === 404) await this.refresh();
    else if (answer.status === 400 && answer.param) this.tell('invalid', answer.param);
    else this.tell(answer.status === 429 ? 'busy' : 'failed');
    return false;
  }

  /** What the retry of the banner does: the press that got no answer, or a look at the state. */
  retry = async () => {
    if (this.pending) await this.pay(this.pending.order, this.pending.seen);
    else await this.refresh();
  };

  resume = () => {
    if (this.current.phase === 'leaving') this.set({ phase: 'idle' });
    void this.refresh();
  };
}

export function createSession(initial: State, ports: Ports): Session {
  return new PageSession(initial, ports);
}
