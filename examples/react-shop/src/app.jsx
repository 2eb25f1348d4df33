// The page of the shop: a basket, and the payment with the official wrappers. They find `window.Stripe`, because the page loads florin.js
// before this file, and ask for nothing elsewhere. Deliberately absent: prices that count. The server adds up what is paid.

import { Elements, PaymentElement, useElements, useStripe } from '@stripe/react-stripe-js';
import { loadStripe } from '@stripe/stripe-js';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { PRODUCTS, QUANTITY_MAX, money, total } from '../catalogue.js';

const { publishableKey } = JSON.parse(document.getElementById('settings').textContent);
const stripe = loadStripe(publishableKey);
const appearance = { theme: 'stripe', variables: { colorPrimary: '#7a3e9d', borderRadius: '10px' } };

/** A basket with an id of its own, so that asking twice for the same one makes one payment. */
const basketOf = (quantities) => ({ id: crypto.randomUUID(), quantities });

/** Asks the server for the payment of a basket. */
async function askForPayment(basket) {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(basket) };
  const response = await fetch('/api/payments', request);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

/** What was typed as a number of pieces, as the nearest that may be bought. */
const pieces = ({ valueAsNumber }) => Math.min(QUANTITY_MAX, Math.max(0, Math.trunc(valueAsNumber || 0)));

function Basket({ basket, onChange, onPayment }) {
  const { quantities } = basket;
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');
  const amount = total(quantities);

  const checkOut = async () => {
    setBusy(true);
    setTrouble('');
    try {
      onPayment(await askForPayment(basket));
    } catch (error) {
      setTrouble(error.message);
      setBusy(false);
    }
  };
  return (
    <>
      <h1>Paper for people who think with a pen</h1>
      <ul className="shelf">
        {PRODUCTS.map(({ sku, name, about, unitAmount }) => (
          <li key={sku}>
            <div><h2>{name}</h2><p>{about} {money(unitAmount)}</p></div>
            <input
              type="number" min="0" max={QUANTITY_MAX} aria-label={`How many: ${name}`} value={quantities[sku] ?? 0}
              onChange={({ target }) => onChange(basketOf({ ...quantities, [sku]: pieces(target) }))}
            />
          </li>
        ))}
      </ul>
      {trouble && <p role="alert">{trouble}</p>}
      <button disabled={amount === 0 || isBusy} onClick={checkOut}>Check out · {money(amount)}</button>
    </>
  );
}

function Payment({ amount, currency, onBack }) {
  const stripe = useStripe();
  const elements = useElements();
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState('');

  const pay = async (event) => {
    event.preventDefault();
    if (!stripe || !elements || isBusy) return;
    setBusy(true);
    setTrouble('');
    const { error } = await stripe.confirmPayment({ elements, confirmParams: { return_url: `${location.origin}/thanks` } });
    // Who paid is on the way to the page of thanks already; only an error comes back to here, and another card may be tried.
    if (!error) return;
    setTrouble(error.message ?? 'The payment did not work. Please try again.');
    setBusy(false);
  };
  return (
    <form onSubmit={pay}>
      <h1>Pay {money(amount, currency)}</h1>
      <div className="element"><PaymentElement /></div>
      {trouble && <p role="alert">{trouble}</p>}
      <button disabled={!stripe || isBusy}>Pay {money(amount, currency)}</button>
      <button type="button" className="quiet" onClick={onBack} disabled={isBusy}>Back to the basket</button>
    </form>
  );
}

function Shop() {
  const [basket, setBasket] = useState(() => basketOf({ desk: 1 }));
  const [payment, setPayment] = useState(null);
  if (!payment) return <Basket basket={basket} onChange={setBasket} onPayment={setPayment} />;
  return (
    <Elements stripe={stripe} options={{ clientSecret: payment.clientSecret, appearance, locale: 'en' }}>
      <Payment {...payment} onBack={() => setPayment(null)} />
    </Elements>
  );
}

createRoot(document.getElementById('app')).render(<StrictMode><Shop /></StrictMode>);
