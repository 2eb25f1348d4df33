// The requests of the page, all to the address that the page itself has.
// Deliberately absent: retries, which belong to the press of a button that they serve (session.ts).

import type { State } from './state';

export type Answer =
  | { kind: 'state'; state: State }
  | { kind: 'refused'; status: number; code: string; param: string | null }
  /** The same press is under way already: its answer comes when it is asked for again. */
  | { kind: 'under_way' }
  | { kind: 'unreachable' };

export type Verb = 'update' | 'confirm' | 'cancel';

export interface Requests {
  read(): Promise<Answer>;
  send(verb: Verb, body: unknown): Promise<Answer>;
  /** By how many milliseconds the clock of the server is ahead, as far as answers have told. */
  clockAhead(): number;
}

/** The server does not hold a payment back for longer than this. */
const ANSWER_MS_MAX = 60_000;

const isState = (value: unknown): value is State =>
  typeof value === 'object' && value !== null && 'status' in value && 'amounts' in value;

interface Refused {
  error?: { code?: string; param?: string | null };
}

/** What an answer means. Only a gateway that has no server behind it counts as unreachable. */
async function readAnswer(response: Response): Promise<Answer> {
  if (response.status === 502 || response.status === 503 || response.status === 504) return { kind: 'unreachable' };
  const body: unknown = await response.json().catch(() => null);
  if (isState(body)) return { kind: 'state', state: body };
  const error = (body as Refused | null)?.error;
  if (error?.code === 'idempotency_key_in_use') return { kind: 'under_way' };
  return { kind: 'refused', status: response.status, code: error?.code ?? '', param: error?.param ?? null };
}

/** `base` is the address of the page without a slash at its end; `paid` is the query of a payment. */
export function createRequests(base: string, fetcher: typeof fetch = (...args) => fetch(...args), paid = ''): Requests {
  let ahead = 0;
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    try {
      const response = await fetcher(base + path, {
        ...init,
        cache: 'no-store',
        credentials: 'same-origin',
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
      const date = Date.parse(response.headers.get('date') ?? '');
      if (date) ahead = date - Date.now();
      return await readAnswer(response);
    } catch {
      return { kind: 'unreachable' };
    }
  };
  return {
    read: () => ask('/state', { method: 'GET', headers: { accept: 'application/json' } }),
    send: (verb, body) =>
      ask(`/${verb}${verb === 'confirm' ? paid : ''}`, {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    clockAhead: () => ahead,
  };
}
