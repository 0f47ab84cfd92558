// Loaded by --require: sharp finds no part for this system, as after an installation without optional dependencies.
const Module = require('node:module');

const { _resolveFilename } = Module;
Module._resolveFilename = function resolve(request, ...rest) {
  if (!/^@img\/sharp-/.test(request)) return _resolveFilename.call(this, request, ...rest);
  throw Object.assign(new Error(`Cannot find module '${request}'`), { code: 'MODULE_NOT_FOUND' });
};
