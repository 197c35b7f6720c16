# bash completion for ride. It asks the program what there is, so that it cannot be out of date.
_ride() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} program=${COMP_WORDS[0]}
  local words=() word help
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] && break
    help=$("$program" "${words[@]}" --help 2>/dev/null) || break
    grep -q "^  $word  " <<<"$(sed -n '/^Subcommands:/,$p' <<<"$help")" || break
    words+=("$word")
  done
  help=$("$program" "${words[@]}" --help 2>/dev/null) || return 0
  case $previous in
    --config | --journal | --log-file | --tls-* | --upstream-ca | --upstream-cert | --upstream-key)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
  esac
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(grep -oE -- '^  (-h,)?--[a-z-]+' <<<"$help" | grep -oE -- '--[a-z-]+')" -- "$current")
  elif grep -q '^Subcommands:' <<<"$help"; then
    mapfile -t COMPREPLY < <(compgen -W "$(sed -n '/^Subcommands:/,$s/^  \([a-z-]*\)  .*/\1/p' <<<"$help")" -- "$current")
  else
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -F _ride ride
