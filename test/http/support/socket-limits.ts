import type { SocketLimits } from '../../../src/http/sockets/socket-limits.js';

/** Limits of sockets that no test of something else comes near. */
export const SOCKET_LIMITS: Omit<SocketLimits, 'batch'> = {
  sockets: 1000,
  socket_frame: 4096,
  rate_per_socket: 100,
  socket_watched: 100,
  socket_idle: 60,
  socket_unsent: 65_536,
  devices: 16,
};
