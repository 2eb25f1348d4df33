// The types are those of the official package, which is a peer for them alone: nothing of it runs.
export * from '@stripe/stripe-js';
