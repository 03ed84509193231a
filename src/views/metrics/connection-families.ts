import type { DaemonFacts, GatewayReport, SocketsReport } from '../../app/daemon-facts.js';
import { counter, counterBy, gauge, type MetricFamily } from '../../ports/metrics.js';

/** Readers of events. */
export function eventFamilies({ events: { readers, watched, slow } }: DaemonFacts): MetricFamily[] {
  return [
    gauge('heartbeat_event_readers', 'Readers of events.', readers),
    gauge('heartbeat_event_watched_users', 'Users watched by name, once for each reader.', watched),
    counter('heartbeat_event_readers_dropped_total', 'Readers that read too slowly.', slow),
  ];
}

/** Connections, requests and sockets. */
export function gatewayFamilies(report: GatewayReport): MetricFamily[] {
  const { connections, in_flight, pipelined, unsent_bytes, responses, refused, sockets } = report;
  return [
    gauge('heartbeat_http_connections', 'Connections that are open.', connections),
    gauge('heartbeat_http_requests_in_flight', 'Requests that are being answered.', in_flight),
    gauge(
      'heartbeat_http_requests_pipelined',
      'Requests that wait for others of their own connection.',
      pipelined,
    ),
    gauge(
      'heartbeat_http_unsent_bytes',
      'Bytes of large answers and streams of events that wait for their clients.',
      unsent_bytes,
    ),
    counterBy('heartbeat_http_responses_total', 'Answers that were given, by status.', 'code', responses),
    counterBy('heartbeat_http_refused_total', 'Refused requests and connections, by reason.', 'reason', {
      ...refused,
    }),
    ...socketFamilies(sockets),
  ];
}

function socketFamilies(sockets: SocketsReport): MetricFamily[] {
  const { open, opened, refused, received, sent, pings, pongs, ignored_pongs: ignored, closed } = sockets;
  return [
    gauge('heartbeat_sockets', 'Sockets that are open.', open),
    counter('heartbeat_sockets_opened_total', 'Sockets that were opened.', opened),
    counter('heartbeat_sockets_refused_total', 'Requests for a socket that were refused.', refused),
    counterBy('heartbeat_sockets_closed_total', 'Sockets that were closed.', 'reason', closed),
    counterBy('heartbeat_socket_frames_total', 'Frames on sockets, without pings and pongs.', 'direction', {
      received,
      sent,
    }),
    counter('heartbeat_socket_pings_total', 'Pings that were sent on sockets.', pings),
    counterBy('heartbeat_socket_pongs_total', 'Pongs on sockets, by what they did.', 'result', {
      heal: pongs,
      ignored,
    }),
  ];
}
