#!/bin/sh
# Says what an ffmpeg says of its version, and can do nothing else.
if [ "$1" = -version ]; then
  echo 'ffmpeg version 7.1 Copyright (c) 2000-2024 the FFmpeg developers'
  echo 'libavutil      59. 39.100 / 59. 39.100'
  exit 0
fi
echo 'Illegal instruction' >&2
exit 132
