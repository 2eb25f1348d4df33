// The fields of an address, in the order in which most countries write it.
// Deliberately absent: suggestions of addresses, which would need a service of somebody else.

import { addressForm, COUNTRIES, namedCountries } from './address';
import type { Address } from './draft';
import { SelectField, TextField } from './field';
import { usePage } from './page';

type Section = 'billing' | 'shipping';

interface CountryProps {
  field: string;
  section: Section;
  country: string;
  change(country: string): void;
  codes?: readonly string[];
}

export function CountryField({ field, section, country, change, codes = COUNTRIES }: CountryProps) {
  const { i18n, t } = usePage();
  const known = codes.includes(country) || !country ? codes : [...codes, country];
  const options = namedCountries(known, i18n.language).map(({ code, name }) => ({ value: code, label: name }));
  return (
    <SelectField field={field} label={t('address.country')} value={country} options={options} change={change}
      autocomplete={`${section} country`} />
  );
}

interface PostalProps {
  field: string;
  section: Section;
  address: Address;
  change(postalCode: string): void;
}

export function PostalField({ field, section, address, change }: PostalProps) {
  const { t } = usePage();
  return (
    <TextField field={field} label={t(address.country === 'US' ? 'address.zip' : 'address.postal')} value={address.postal_code}
      change={change} required dir="ltr" autocapitalize="characters" autocomplete={`${section} postal-code`}
      inputMode={address.country === 'US' ? 'numeric' : 'text'} />
  );
}

interface AddressProps {
  prefix: string;
  section: Section;
  address: Address;
  codes?: readonly string[];
  change(part: Partial<Address>, field: string): void;
}

export function AddressFields({ prefix, section, address, codes, change }: AddressProps) {
  const { t } = usePage();
  const form = addressForm(address.country);
  const put = (part: keyof Address) => (value: string) => change({ [part]: value }, `${prefix}.${part}`);
  return (
    <>
      <CountryField field={`${prefix}.country`} section={section} country={address.country} codes={codes} change={put('country')} />
      <TextField field={`${prefix}.line1`} label={t('address.line1')} value={address.line1} change={put('line1')} required
        autocomplete={`${section} address-line1`} autocapitalize="words" />
      <TextField field={`${prefix}.line2`} label={t('address.line2')} value={address.line2} change={put('line2')}
        autocomplete={`${section} address-line2`} autocapitalize="words" />
      <div class={form.hasPostalCode ? 'pair pair-postal' : undefined}>
        {form.hasPostalCode && (
          <PostalField field={`${prefix}.postal_code`} section={section} address={address} change={put('postal_code')} />
        )}
        <TextField field={`${prefix}.city`} label={t('address.city')} value={address.city} change={put('city')} required
          autocomplete={`${section} address-level2`} autocapitalize="words" />
      </div>
      {form.hasState && (
        <TextField field={`${prefix}.state`} label={t('address.state')} value={address.state} change={put('state')} required
          autocomplete={`${section} address-level1`} autocapitalize="words" />
      )}
    </>
  );
}
