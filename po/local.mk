# Catalogues of the command.
