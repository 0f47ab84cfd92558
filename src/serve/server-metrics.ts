import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Admission } from './admission.js';

/** Counts what a server does, for Prometheus. */
export interface Metrics {
  readonly contentType: string;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
  /** @param route as the server defines it, not as it was requested: made-up names must not become metrics. */
  answered(request: { method: string; route: string; status: number; seconds: number }): void;
  received(bytes: number): void;
}

/** From a small picture on an idle machine to a long film. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export function openMetrics(admission: Admission): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const labelNames = ['method', 'route', 'status'] as const;
  const requests = new Histogram({
    name: 'clipstep_request_seconds',
    help: 'Time from a request to its answer.',
    buckets: SECONDS,
    labelNames,
    registers,
  });
  const bytes = new Counter({ name: 'clipstep_body_bytes_total', help: 'Bytes of bodies.', registers });
  new Gauge({
    name: 'clipstep_requests_computing',
    help: 'Requests being computed.',
    registers,
    collect() {
      this.set(admission.computing);
    },
  });
  new Gauge({
    name: 'clipstep_requests_admitted',
    help: 'Requests that upload, wait or are being computed.',
    registers,
    collect() {
      this.set(admission.taken);
    },
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    answered: ({ method, route, status, seconds }) => requests.observe({ method, route, status }, seconds),
    received: (count) => bytes.inc(count),
  };
}
