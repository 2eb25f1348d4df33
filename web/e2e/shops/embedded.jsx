// A checkout page in React with the page of the session inside of it, written as the official documentation tells shops to. It knows
// nothing of Florin.

import { loadStripe } from '@stripe/stripe-js';
import { EmbeddedCheckout, EmbeddedCheckoutProvider } from '@stripe/react-stripe-js';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

const data = JSON.parse(document.getElementById('data').textContent);
const stripePromise = loadStripe(data.publishableKey);
const fetchClientSecret = async () => data.secret;
// Providers want the same callback as long as they live.
const heard = { complete: () => {} };
const onComplete = () => heard.complete();

function Shop() {
  const [count, setCount] = useState(0);
  const [isShown, setShown] = useState(true);
  heard.complete = () => setCount((before) => before + 1);
  return (
    <>
      <button type="button" onClick={() => setShown((before) => !before)}>{isShown ? 'Close the checkout' : 'Open the checkout'}</button>
      {isShown && (
        <EmbeddedCheckoutProvider stripe={stripePromise} options={data.redirects ? { fetchClientSecret } : { fetchClientSecret, onComplete }}>
          <EmbeddedCheckout id="checkout" />
        </EmbeddedCheckoutProvider>
      )}
      <p role="status">completed {count}</p>
      <a href="#terms">Terms of the shop</a>
    </>
  );
}

createRoot(document.getElementById('app')).render(<StrictMode><Shop /></StrictMode>);
