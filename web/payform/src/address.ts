// Countries and which parts of an address they have.
// Deliberately absent: rules for the form of postal codes. A shop that ships somewhere knows better, and a wrong rule loses a buyer.

import { regionsOf } from '@florin/pay-core/methods';

const CODES =
  'AD AE AF AG AI AL AM AO AR AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CD CF CG CH CI CK ' +
  'CL CM CN CO CR CV CW CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FK FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT ' +
  'GU GW GY HK HN HR HT HU ID IE IL IM IN IQ IS IT JE JM JO JP KE KG KH KI KM KN KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY ' +
  'MA MC MD ME MF MG MK ML MM MN MO MQ MR MS MT MU MV MW MX MY MZ NA NC NE NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM ' +
  'PR PS PT PY QA RE RO RS RU RW SA SB SC SE SG SH SI SK SL SM SN SO SR SS ST SV SX SZ TC TD TG TH TJ TK TL TM TN TO TR TT TV ' +
  'TW TZ UA UG US UY UZ VA VC VE VG VN VU WF WS XK YE YT ZA ZM ZW';

/** All countries and regions that can be chosen. */
export const COUNTRIES: readonly string[] = CODES.split(' ');

const WITHOUT_POSTAL_CODE = new Set(
  ('AE AG AO AW BB BF BI BJ BQ BS BW BZ CD CF CG CI CK CM CW DJ DM ER FJ GA GD GH GM GN GQ GY HK KI KM KN LC ML MO MR MW NR NU QA ' +
    'RW SB SC SL SR ST SX TD TG TK TL TO TT TV UG VU WS YE ZW').split(' '),
);
const WITH_STATE = new Set('AR AU BR CA CN CO EG ES HK ID IE IN IT JP KR MX MY NG PH RU TH UA US VE'.split(' '));
/** Where banks compare the postal code of a card. */
const POSTAL_CODE_OF_CARD = new Set(['US', 'PR', 'GB', 'CA']);

export interface AddressForm {
  hasPostalCode: boolean;
  hasState: boolean;
}

/** Which parts an address in this country has. */
export function addressForm(country: string): AddressForm {
  return { hasPostalCode: !WITHOUT_POSTAL_CODE.has(country), hasState: WITH_STATE.has(country) };
}

/** Whether a card from this country is asked for its postal code, when the rest of the address is not. */
export function asksForPostalCode(country: string): boolean {
  return POSTAL_CODE_OF_CARD.has(country);
}

/** Codes with names in the language of the page, sorted as that language sorts. */
export function namedCountries(codes: readonly string[], language: string): { code: string; name: string }[] {
  const names = new Intl.DisplayNames([language], { type: 'region', fallback: 'code' });
  const collator = new Intl.Collator(language);
  return codes
    .map((code) => ({ code, name: names.of(code) ?? code }))
    .sort((one, other) => collator.compare(one.name, other.name));
}

/** The country that a browser's language tags name first. */
export function regionOf(languages: readonly string[]): string | null {
  return regionsOf(languages).find((region) => COUNTRIES.includes(region)) ?? null;
}
