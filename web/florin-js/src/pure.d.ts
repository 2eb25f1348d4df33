export * from '@stripe/stripe-js/pure';
