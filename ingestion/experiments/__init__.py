"""Studies of generated and judged text: read from folders, landed as whole versions."""
