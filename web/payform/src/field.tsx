// One field of the form: label, control, and the fault that belongs to it.
// Deliberately absent: what a field means. The sections know.

import type { ComponentChildren } from 'preact';

import { inputId } from './form';
import { Icon } from './icons';
import { usePage } from './page';

interface InputProps {
  type?: 'text' | 'email' | 'tel';
  inputMode?: 'text' | 'numeric' | 'decimal' | 'email' | 'tel';
  dir?: 'ltr';
  required?: boolean;
  placeholder?: string;
  maxLength?: number;
  autocomplete?: string;
  autocapitalize?: 'off' | 'words' | 'characters';
  onKeyDown?(event: KeyboardEvent): void;
  onChange?(): void;
}

interface FieldProps extends InputProps {
  field: string;
  label: string;
  value: string;
  /** Takes the new text; the event tells where the caret is. */
  change(value: string, input: HTMLInputElement, event: InputEvent): void;
  /** Stands at the end of the input. */
  children?: ComponentChildren;
  /** Told to readers of screens together with the label. */
  note?: string;
  /** Everybody sees the note. */
  isNoteShown?: boolean;
  className?: string;
}

/** The fault of a field. Its place is empty as long as there is none. */
export function Fault({ field }: { field: string }) {
  const { form, t } = usePage();
  const fault = form.faultAt(field);
  if (!fault) return null;
  return (
    <p class="fault" id={`${inputId(field)}-fault`} role={form.isSpoken(field) ? 'alert' : undefined}>
      <Icon name="alert" />
      <span>{t(fault)}</span>
    </p>
  );
}

/** The attributes that tie a control to its fault. */
function useFault(field: string, note?: string) {
  const { form } = usePage();
  const isBad = form.faultAt(field) !== undefined;
  const described = [isBad && `${inputId(field)}-fault`, note && `${inputId(field)}-note`].filter(Boolean).join(' ');
  return { 'id': inputId(field), 'aria-invalid': isBad ? ('true' as const) : undefined, 'aria-describedby': described || undefined };
}

/** An input for text. Its attributes are spread as an object: the type of an input depends on its kind, which varies here. */
export function TextField({ field, label, value, change, children, note, isNoteShown, className, autocomplete, ...input }: FieldProps) {
  const { form } = usePage();
  const tie = useFault(field, note);
  return (
    <div class={`field ${className ?? ''}`}>
      <label class="label" for={inputId(field)}>{label}</label>
      <div class="control">
        <input
          class="input"
          type="text"
          autocapitalize="off"
          autocomplete={autocomplete as 'on'}
          spellcheck={false}
          {...(input as object)}
          {...tie}
          name={field}
          value={value}
          onInput={(event) => change(event.currentTarget.value, event.currentTarget, event as unknown as InputEvent)}
          onBlur={(event) => form.left(field, event.currentTarget.value)}
        />
        {children}
      </div>
      {note && <span class={isNoteShown ? 'note' : 'unseen'} id={`${inputId(field)}-note`}>{note}</span>}
      <Fault field={field} />
    </div>
  );
}

interface SelectProps {
  field: string;
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  change(value: string): void;
  autocomplete?: string;
  /** Stands for "nothing chosen yet". */
  empty?: string;
  isRequired?: boolean;
}

/** A choice out of a list, with the list of the browser. */
export function SelectField({ field, label, value, options, change, autocomplete, empty, isRequired = true }: SelectProps) {
  return (
    <div class="field">
      <label class="label" for={inputId(field)}>{label}</label>
      <div class="control">
        <select
          class="input select"
          {...useFault(field)}
          name={field}
          autocomplete={autocomplete as 'country'}
          required={isRequired}
          value={value}
          onChange={(event) => change(event.currentTarget.value)}
        >
          {empty !== undefined && <option value="">{empty}</option>}
          {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
        </select>
        <span class="select-arrow"><Icon name="chevron" /></span>
      </div>
      <Fault field={field} />
    </div>
  );
}

interface CheckProps {
  field: string;
  isChecked: boolean;
  change(isChecked: boolean): void;
  label: string;
  note?: string;
  isRequired?: boolean;
}

/** A box to tick. The whole line is its target. */
export function CheckField({ field, isChecked, change, label, note, isRequired }: CheckProps) {
  return (
    <div class="check">
      <label class="check-line">
        <input
          type="checkbox"
          {...useFault(field, note)}
          name={field}
          required={isRequired}
          checked={isChecked}
          onChange={(event) => change(event.currentTarget.checked)}
        />
        <span>{label}</span>
      </label>
      {note && <p class="note check-note" id={`${inputId(field)}-note`}>{note}</p>}
      <Fault field={field} />
    </div>
  );
}
