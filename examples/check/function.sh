#!/bin/sh
# x² y + sin y and its gradient, in a shell: `wengert check -- sh function.sh`, or with an error,
# `wengert check -- sh function.sh wrong`.
#
# The inputs are single numbers, so that what stands between a name and the next comma is its value.

# The value of an input in the question.
input() {
    printf '%s\n' "$question" | sed 's/.*"inputs"[^}]*"'"$1"'": *\([^,} ]*\).*/\1/'
}

if [ "$1" = wrong ]; then two=1; else two=2; fi

while read -r question; do
    case $question in
    *'"describe"'*)
        echo '{"name": "x² y + sin y", "inputs": {"x": 0.5, "y": 2.0}}'
        ;;
    *'"value"'*)
        awk -v x="$(input x)" -v y="$(input y)" 'BEGIN {
            printf "{\"value\": %.17g}\n", x * x * y + sin(y)
        }'
        ;;
    *'"gradient"'*)
        awk -v x="$(input x)" -v y="$(input y)" -v two="$two" 'BEGIN {
            printf "{\"gradient\": {\"x\": %.17g, \"y\": %.17g}}\n", two * x * y, x * x + cos(y)
        }'
        ;;
    *)
        echo '{"error": "this is not understood"}'
        ;;
    esac
done
