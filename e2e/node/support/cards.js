// The published test cards that decline, with the outcome each one has. An `undefined` field is
// absent from the error object.

const decline = (name, number, code, decline_code, advice_code, network_decline_code, network_advice_code, param) =>
  ({ name, number, code, decline_code, advice_code, network_decline_code, network_advice_code, param });

export const DECLINES = [
  decline('visa_chargeDeclined', '4000000000000002', 'card_declined', 'generic_decline', 'try_again_later', '01'),
  decline('visa_chargeDeclinedInsufficientFunds', '4000000000009995', 'card_declined', 'insufficient_funds',
    'try_again_later', '51', '02'),
  decline('visa_chargeDeclinedLostCard', '4000000000009987', 'card_declined', 'lost_card',
    'do_not_try_again', '41', '01'),
  decline('visa_chargeDeclinedStolenCard', '4000000000009979', 'card_declined', 'stolen_card',
    'do_not_try_again', '43', '01'),
  decline('chargeDeclinedIncorrectCvc', '4000000000000127', 'incorrect_cvc', 'incorrect_cvc',
    'confirm_card_data', 'N7', '03', 'cvc'),
  decline('chargeDeclinedExpiredCard', '4000000000000069', 'expired_card', 'expired_card',
    'confirm_card_data', '54', '03', 'exp_month'),
  decline('visa_chargeDeclinedVelocityLimitExceeded', '4000000000006975', 'card_declined', 'card_velocity_exceeded',
    'try_again_later', '61', '02'),
  decline('chargeDeclinedProcessingError', '4000000000000119', 'processing_error', 'processing_error',
    'try_again_later', '06'),
];

/** A good raw card, with some fields changed. */
export const card = (changes = {}) =>
  ({ number: '4242424242424242', exp_month: 12, exp_year: 2034, cvc: '123', ...changes });
