import { PARTITIONS } from '../../../local/samples.ts';
import * as notifications from '../../support/samples.ts';

/** A record that is produced, and what must become of it. */
export type Sample = notifications.Sample & { readonly partition: number };

/** What one sample differs in. */
export type Variation = notifications.Variation & { readonly partition?: number };

/**
 * Makes samples numbered from `first`, spread over three partitions.
 *
 * @param vary what the one with this number differs in
 */
export function makeSamples(
  count: number,
  first = 0,
  vary: (number: number) => Variation = () => ({}),
): Sample[] {
  return Array.from({ length: count }, (_, index) => {
    const number = first + index;
    const { partition = number % PARTITIONS, ...variation } = vary(number);
    return { ...notifications.makeSample(number, 0, variation), partition };
  });
}
