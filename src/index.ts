export { type ErrorCode, UserError } from './errors.js';
