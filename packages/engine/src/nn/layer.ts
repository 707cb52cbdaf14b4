/**
 * A layer that computes the same in both modes, and how layers print their settings.
 */
import { Module } from './module.ts';

export abstract class ModelessLayer extends Module {
  override isModeSensitive(): boolean {
    return false;
  }
}

/** As Python prints it: True, None, 1e-05, (1, 2), a quoted string. */
export function pythonText(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return value.length === 1 ? `(${pythonText(value[0])},)` : `(${value.map(pythonText).join(', ')})`;
  if (typeof value === 'number' && value !== 0 && Math.abs(value) < 1e-4) return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
  return String(value);
}

/** `kernel_size=2, padding=0`, in the order given. */
export function settingsText(settings: Readonly<Record<string, unknown>>): string {
  return Object.entries(settings).map(([name, value]) => `${name}=${pythonText(value)}`).join(', ');
}
