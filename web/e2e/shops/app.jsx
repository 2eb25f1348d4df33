// A checkout in React, written as the official documentation tells shops to. It knows nothing of Florin.

import { loadStripe } from '@stripe/stripe-js';
import { CardElement, Elements, PaymentElement, useElements, useStripe } from '@stripe/react-stripe-js';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

const data = JSON.parse(document.getElementById('data').textContent);
const isCard = data.form === 'card';
const removed = (event) => (window.removed = event);

function Form() {
  const stripe = useStripe();
  const elements = useElements();
  const [text, setText] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [ready, setReady] = useState(0);

  const pay = async (event) => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setText('');
    const result = isCard
      ? await stripe.confirmCardPayment(data.clientSecret, {
          payment_method: { card: elements.getElement(CardElement), billing_details: { name: 'Ada Buyer' } },
        })
      : await stripe.confirmPayment({
          elements, redirect: data.redirect ?? 'if_required',
          confirmParams: data.redirect === 'always' ? { return_url: `${data.origin}/plain?form=none&back=1` } : {},
        });
    setBusy(false);
    setText(result.error ? `error ${result.error.code}: ${result.error.message}` : `paid ${result.paymentIntent.status}`);
  };
  return (
    <form onSubmit={pay} data-ready={ready}>
      {isCard
        ? <div className="line"><CardElement onReady={() => setReady((n) => n + 1)} /></div>
        : <div className="place"><PaymentElement onReady={() => setReady((n) => n + 1)} onSavedPaymentMethodRemove={removed} /></div>}
      <button disabled={!stripe || isBusy}>Pay €49.00</button>
      <p role="status">{text}</p>
    </form>
  );
}

const stripePromise = loadStripe(data.publishableKey);
const appearance = data.appearance ? JSON.parse(data.appearance) : { theme: data.theme ?? 'stripe' };
const options = isCard
  ? { locale: 'en' }
  : { clientSecret: data.clientSecret, customerSessionClientSecret: data.customerSession, appearance, locale: data.locale ?? 'en' };
createRoot(document.getElementById('app')).render(
  <StrictMode><Elements stripe={stripePromise} options={options}><Form /></Elements></StrictMode>,
);
