#!/bin/sh -x
echo "run by bash: ${BASH_VERSION:+yes}"
