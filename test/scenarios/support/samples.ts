import * as local from '../../../local/samples.ts';

/** A record that is produced, and what must become of it. */
export type Sample = local.Sample & { readonly partition: number };

/** What one sample differs in. */
export type Variation = local.Variation & { readonly partition?: number };

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
    const { partition = number % local.PARTITIONS, ...variation } = vary(number);
    return { ...local.makeSample(number, 0, variation), partition };
  });
}
