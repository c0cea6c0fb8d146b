import { Tracer } from '@aws-lambda-powertools/tracer';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
import type { MiddlewareObj } from '@middy/core';

export interface XRay {
  /** For middy: a segment around each invocation. */
  readonly middleware: MiddlewareObj;
  /** Does a step of the job inside a segment of its own. */
  trace<T>(step: string, work: () => Promise<T>): Promise<T>;
}

/**
 * X-Ray's segments. It is kept from patching Node's HTTP modules: the steps hold all calls, and what a patch adds, it
 * adds to each start.
 *
 * @param serviceName is noted with each invocation
 */
export function createXRay(serviceName: string): XRay {
  const tracer = new Tracer({ serviceName, captureHTTPsRequests: false });
  return {
    middleware: captureLambdaHandler(tracer, { captureResponse: false }),
    async trace(step, work) {
      if (!tracer.isTracingEnabled()) return work();
      const segment = tracer.getSegment()?.addNewSubsegment(step);
      try {
        return await work();
      } finally {
        segment?.close();
      }
    },
  };
}
